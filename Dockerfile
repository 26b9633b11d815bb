# Both images: docker build --target counting --tag throughline/counting:0.1.0 .   (or dashboard)
ARG NODE=node:24-slim

# What the two services need of the repository, manifests apart from sources.
FROM $NODE AS pruned
WORKDIR /repo
COPY . .
RUN npx --yes turbo@2.11.11 prune @throughline/counting @throughline/dashboard --docker

FROM $NODE AS built
WORKDIR /repo
COPY --from=pruned /repo/out/json/ ./
RUN npm ci --ignore-scripts
COPY --from=pruned /repo/out/full/ ./
COPY tsconfig.base.json ./
RUN npx turbo run build --filter=@throughline/counting --filter=@throughline/dashboard

FROM $NODE AS production
WORKDIR /repo
COPY --from=pruned /repo/out/json/ ./
RUN npm ci --ignore-scripts --omit=dev

FROM $NODE AS runtime
LABEL org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /repo
COPY --from=production /repo/ ./
COPY --from=built /repo/packages/propagation/dist packages/propagation/dist
COPY --from=built /repo/packages/telemetry/dist packages/telemetry/dist
COPY --from=built /repo/packages/service-kit/dist packages/service-kit/dist
# Without a name, so that `runAsNonRoot` can be checked by number.
USER 10001:10001
HEALTHCHECK --interval=10s --start-period=5s CMD ["node", "healthcheck.js"]
CMD ["node", "main.js"]

FROM runtime AS counting
LABEL org.opencontainers.image.title="Throughline counting"
ENV PORT=9001
EXPOSE 9001
WORKDIR /repo/services/counting/dist
COPY --from=built /repo/services/counting/dist ./
COPY --from=built /repo/packages/service-kit/dist/healthcheck.js ./

FROM runtime AS dashboard
LABEL org.opencontainers.image.title="Throughline dashboard"
ENV PORT=9002
EXPOSE 9002
COPY --from=built /repo/services/dashboard/public /repo/services/dashboard/public
WORKDIR /repo/services/dashboard/dist
COPY --from=built /repo/services/dashboard/dist ./
COPY --from=built /repo/packages/service-kit/dist/healthcheck.js ./
