#!/usr/bin/env bash
# A deny that still answers 200: needs consul, envoy, curl and python3 on PATH, and nothing else. Takes about ten seconds.
# CONSUL and ENVOY name other programs; BASE is the first of ten free ports.
set -euo pipefail
consul=${CONSUL:-consul} envoy=${ENVOY:-envoy} base=${BASE:-28500}
export CONSUL_HTTP_ADDR=http://127.0.0.1:$base
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
say() { printf '%-58s %s\n' "$1" "$2"; }

# until_is <expected> <command …>: at most ten seconds
until_is() {
  local expected=$1 last
  shift
  for _ in $(seq 100); do
    last=$("$@" 2>/dev/null || true)
    [ "$last" = "$expected" ] && return
    sleep 0.1
  done
  echo "$* is $last, not $expected; logs:" >&2
  tail -n 5 "$work"/*.log >&2
  exit 1
}
call() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$((base + 6))/"; }
rejected() { curl -s "http://127.0.0.1:$((base + 7))/stats?filter=lds.update_rejected" | grep -qv ': 0$' && echo yes; }
entry() { "$consul" config write - >/dev/null; }
intention() {
  entry <<<"Kind = \"service-intentions\", Name = \"counting\", Sources = [{ Name = \"dashboard\", Action = \"$1\" }]"
}

"$consul" version | sed -n 1p
"$envoy" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+/[A-Za-z]+' | sed 's/^/Envoy /'

# A server, one service that listens, one that calls it, and a sidecar for each.
"$consul" agent -dev -bind 127.0.0.1 -http-port "$base" -grpc-port $((base + 1)) -grpc-tls-port -1 -https-port -1 \
  -dns-port -1 -server-port $((base + 2)) -serf-lan-port $((base + 3)) -serf-wan-port -1 >"$work/consul.log" 2>&1 &
until_is 200 curl -s -o /dev/null -w '%{http_code}' "$CONSUL_HTTP_ADDR/v1/connect/ca/roots"
entry <<<'Kind = "proxy-defaults", Name = "global", Config { protocol = "http" }'
python3 -m http.server --bind 127.0.0.1 --directory "$work" $((base + 4)) >"$work/app.log" 2>&1 &
cat >"$work/services.hcl" <<<"services = [
  { name = \"counting\", port = $((base + 4)), connect { sidecar_service { port = $((base + 5)) } } },
  { name = \"dashboard\", port = $((base + 9)), connect { sidecar_service { port = $((base + 9)), checks = [], proxy {
    upstreams = [{ destination_name = \"counting\", local_bind_port = $((base + 6)) }] } } } }]"
"$consul" services register "$work/services.hcl" >/dev/null
sidecar() {
  "$consul" connect envoy -sidecar-for "$1" -grpc-addr "http://127.0.0.1:$((base + 1))" -admin-bind "127.0.0.1:$2" \
    -bootstrap >"$work/$1.json"
  "$envoy" --config-path "$work/$1.json" --disable-hot-restart --concurrency 1 >"$work/$1.log" 2>&1 &
}
sidecar counting $((base + 7))
sidecar dashboard $((base + 8))

until_is 200 call
say 'no intention' "$(call)"
intention deny
until_is 403 call
say 'deny' "$(call)"
intention allow
until_is 200 call
say 'allow' "$(call)"

# A tracer whose cluster the running sidecars don't have: it would be in their bootstrap after a restart.
entry <<'HCL'
Kind = "proxy-defaults"
Name = "global"
Config {
  protocol = "http"
  envoy_extra_static_clusters_json = <<JSON
{ "name": "collector", "type": "STRICT_DNS", "connect_timeout": "1s", "load_assignment": { "cluster_name": "collector",
  "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": { "socket_address": {
    "address": "127.0.0.1", "port_value": 9411 } } } }] }] } }
JSON
  envoy_listener_tracing_json = <<JSON
{ "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing",
  "random_sampling": { "value": 100 },
  "provider": { "name": "envoy.tracers.zipkin", "typed_config": {
    "@type": "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig", "collector_cluster": "collector",
    "collector_endpoint": "/api/v2/spans", "collector_endpoint_version": "HTTP_JSON" } } }
JSON
}
HCL
say 'proxy-defaults with a tracer: written to Consul' accepted
until_is yes rejected
say 'the listeners that Consul sends: in the sidecars' rejected
say 'allow, as before' "$(call)"

intention deny
say 'deny: what Consul says of the intention' "$("$consul" intention check dashboard counting | tr '[:upper:]' '[:lower:]')"
for seconds in 0 1 2; do
  [ "$seconds" = 0 ] || sleep 1
  say "deny: what a call gets after $seconds seconds" "$(call)"
done

entry <<<'Kind = "proxy-defaults", Name = "global", Config { protocol = "http" }'
until_is 403 call
say 'proxy-defaults without the tracer: the same deny' "$(call)"
