export const USAGE = `throughline verify URL --traces BACKEND   names the hop that breaks the trace, the cause, and the fix
throughline verify --context NAME -n NAMESPACE deploy/frontend:/cart   the same in a cluster, with its objects
throughline verify --from FILE            judges evidence saved by --save
throughline verify --manifests DIR        judges manifests before they are deployed, without a request
throughline explain TLV104                says what a finding means

Where the spans are:
  --traces URL|FILE        Jaeger, Zipkin or Tempo, or a file of OTLP in JSON; the prefix jaeger=, zipkin=, tempo= or otlp=
                           names its kind
  --traces-header 'N: V'   header of each request to it, such as authorization or X-Scope-OrgID (repeatable)
  --traces-ca FILE         certificates in PEM to trust besides the system's
  --listen PORTS           receive spans here instead: 4317 (OTLP over gRPC), 4318 (OTLP over HTTP), 9411 (Zipkin), or
                           grpc=PORT,http=PORT,zipkin=PORT
  --listen-host HOST       address for that, default 127.0.0.1

In a cluster, by kubectl:
  --context NAME           context of the kubeconfig; the target is KIND/NAME[.NAMESPACE][:PORT][/PATH], KIND one of
                           deploy, sts, ds, svc, pod
  -n, --namespace NAME     default: that of the context
  --traces svc/NAME.NAMESPACE   Jaeger, Zipkin or Tempo in the cluster; without it the usual places are searched
  --print-rbac -n … -n …   prints the role that it needs, bound in each namespace: the application's, the mesh's
                           (istio-system), the trace backend's; with --revision NAME for a control plane that has one

Manifests of Kubernetes, Istio and Consul:
  --manifests DIR|FILE|-   YAML and JSON in a folder and those in it, a file, or stdin (helm template … | throughline
                           verify --manifests -). Alone: what objects prove by themselves, and no request is sent; -n is
                           the namespace of objects that name none. With --context or --from: file and line of findings

What else to look at:
  --envoy URL              admin interface of an Envoy on the path (repeatable)
  --inside URL             the same request behind the edge
  --bypass HOST:PORT       an app's own address: must not answer
  --expect 'a > b > c'     services that must be on the path, in this order

The request:
  --method NAME            default GET
  -H, --header 'N: V'      sent with every probe, never stored (repeatable)
  --repeat N               1 to 5, default 2; more follow while probes disagree, never more than 50 in all
  --timeout SECONDS        for one probe, default 10; the body of its answer is read for one second
  --settle SECONDS         how long reporters may take to send spans, default 6.5

The result:
  --format FORMAT          text (default), json, junit, markdown or sarif
  --sarif FILE             writes SARIF 2.1.0 to a file, beside what is printed
  --level LEVEL            error (default), warning or note: the lowest level that fails
  --only, --skip TLV…      findings to look for or to skip (repeatable, or comma-separated)
  --save FILE              saves the evidence: ids and spans, no header values
  --version, --help

Exit codes: 0 nothing at the level, 1 findings, 2 usage, 3 could not tell, 130 interrupted.
It sends requests, reads, and forwards ports; it changes nothing.
`
