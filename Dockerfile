# The images: docker build --target counting --tag throughline/counting .   (or dashboard, setup, setup-consul)
# Node compiles and bundles on the machine that builds; what runs is only copied, so any platform can be built anywhere.
ARG NODE=node:24-slim
# What the images rest on, where that is to be another than what builds them.
ARG RUNTIME=$NODE
ARG CONSUL=hashicorp/consul:1.22.7

# Only what npm reads, so that a changed source does not invalidate the next stage.
FROM --platform=$BUILDPLATFORM $NODE AS manifests
WORKDIR /repo
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && chmod -R a+rX,go-w .

# Behind a company's proxy: --secret id=npmrc,src=… brings its registry, --secret id=ca,src=… its certificate authority.
FROM --platform=$BUILDPLATFORM $NODE AS installed
WORKDIR /repo
COPY --from=manifests /repo ./
RUN --mount=type=cache,target=/npm \
    --mount=type=secret,id=npmrc \
    --mount=type=secret,id=ca \
    if [ -s /run/secrets/npmrc ]; then export NPM_CONFIG_USERCONFIG=/run/secrets/npmrc; fi \
 && if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \
 && npm ci --ignore-scripts --cache=/npm --include-workspace-root \
      --workspace=@throughline/counting --workspace=@throughline/dashboard --workspace=@throughline/lab-compose-setup

FROM installed AS built
COPY tsconfig.base.json turbo.json ./
COPY packages/ packages/
COPY services/ services/
# Turbo builds what tests depend on, too.
COPY lab/testkit/ lab/testkit/
COPY lab/programs/ lab/programs/
COPY scripts/bundle.mjs scripts/root.mjs scripts/
COPY docs/guides/ docs/guides/
# Readable for every user, whatever the checkout's permissions; and with one time (seconds since 1970), so that the same
# sources make the same layers.
ARG SOURCE_DATE_EPOCH=0
RUN npm run build -- --filter=@throughline/counting --filter=@throughline/dashboard \
 && for service in counting dashboard; do node scripts/bundle.mjs $service /images/$service/app || exit 1; done \
 && chmod -R a+rX,go-w /images \
 && find /images -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +

FROM built AS built-setup
COPY lab/ lab/
COPY mesh/ mesh/
ARG SOURCE_DATE_EPOCH=0
RUN npm run build -- --filter=@throughline/lab-compose-setup \
 && node scripts/bundle.mjs setup /images/setup/app \
 && chmod -R a+rX,go-w /images \
 && find /images -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +

FROM $RUNTIME AS runtime
ARG VERSION=0.1.0
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
ENV NODE_ENV=production
# A number instead of a name, so that Kubernetes can check `runAsNonRoot`.
USER 10001:10001
CMD ["node", "main.js"]

FROM runtime AS counting
LABEL org.opencontainers.image.title="Throughline counting" \
      org.opencontainers.image.description="Counts: GET / answers one more each time."
ENV PORT=9001
EXPOSE 9001
COPY --from=built /images/counting/ /
WORKDIR /app/dist
HEALTHCHECK --interval=10s --start-period=5s --start-interval=1s CMD ["node", "healthcheck.js"]

FROM runtime AS dashboard
LABEL org.opencontainers.image.title="Throughline dashboard" \
      org.opencontainers.image.description="Shows the count, how the call went, and the trace it left."
ENV PORT=9002
EXPOSE 9002
COPY --from=built /images/dashboard/ /
WORKDIR /app/dist
HEALTHCHECK --interval=10s --start-period=5s --start-interval=1s CMD ["node", "healthcheck.js"]

# Certificates, configuration and switches of the sidecars in docker-compose.yml.
FROM runtime AS setup
LABEL org.opencontainers.image.title="Throughline setup" \
      org.opencontainers.image.description="Makes certificates and configuration for sidecars, and switches them."
COPY --from=built-setup /images/setup/ /
WORKDIR /app/lab/meshes/dist
HEALTHCHECK --interval=10s --start-period=5s --start-interval=1s CMD ["node", "healthcheck.js"]

# The same with the program that writes the bootstraps of Consul's sidecars.
FROM $CONSUL AS consul

FROM setup AS setup-consul
LABEL org.opencontainers.image.licenses="Apache-2.0 AND BUSL-1.1"
COPY --from=consul /bin/consul /usr/local/bin/consul
