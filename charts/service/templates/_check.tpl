{{/* The value at a dotted path; empty when something on the way is missing. Takes {values, path}. */}}
{{- define "service.at" -}}
{{- $value := .values -}}
{{- range splitList "." .path -}}
{{- if kindIs "map" $value }}{{ $value = get $value . }}{{ else }}{{ $value = "" }}{{ end -}}
{{- end -}}
{{- if not (kindIs "invalid" $value) }}{{ $value }}{{ end -}}
{{- end -}}

{{/* Refuses a null where leaving the value out would break the release, or open what it closes. Helm removes nulls before
it looks at the schema. Takes {values, paths, at: prefix of the paths in the message}. */}}
{{- define "service.require" -}}
{{- range .paths -}}
{{- if not (include "service.at" (dict "values" $.values "path" .)) -}}
{{- fail (printf "%s%s: may not be null or empty; leave the key out to have its default" $.at .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Refuses a port that something else in the pod listens on, as all containers share its network. Takes {at, port, taken: ports, by}. */}}
{{- define "service.refusePort" -}}
{{- if has (int .port) .taken -}}
{{- fail (printf "%s: %d belongs to %s in the same pod; use another" .at (int .port) .by) -}}
{{- end -}}
{{- end -}}

{{/* Refuses a misspelled global. As the subchart of another chart it has globals beside it that are meant for others. Takes
{context, known}. */}}
{{- define "service.checkGlobal" -}}
{{- if .context.Chart.IsRoot -}}
{{- range $key, $_ := .context.Values.global -}}
{{- if not (has $key $.known) }}{{ fail (printf "global.%s: there is no such value; known are %s" $key (join ", " $.known)) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the schema can't say. */}}
{{- define "service.check" -}}
{{- $at := printf "%s." .Chart.Name -}}
{{- include "service.require" (dict "values" .Values "at" $at "paths" (list "port" "bindAddress" "telemetry.exporter" "networkPolicy.enabled")) -}}
{{- if not (tpl .Values.bindAddress . | trim) -}}
{{- fail (printf "%sbindAddress: %q renders to nothing, and the app would listen on every address" $at .Values.bindAddress) -}}
{{- end -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" (include "service.name" .)) -}}
{{- fail (printf "%sname: %q is no name of a Service; use letters, digits and hyphens, and a letter first" $at (include "service.name" .)) -}}
{{- end -}}
{{- $host := include "service.traceHost" . -}}
{{- if and $host (not (regexMatch "^([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.]*)$" $host)) -}}
{{- fail (printf "global.traceBackend.host: %q is no host; give a name or an address, without scheme and port" $host) -}}
{{- end -}}
{{- include "service.checkEnvironment" . -}}
{{- $needed := add (include "service.drainSeconds" . | int) 5 -}}
{{- $grace := (.Values.drain).graceSeconds | default 30 | int -}}
{{- if gt (int $needed) $grace -}}
{{- fail (printf "%sdrain.graceSeconds is %d, but preStopSeconds, timeoutMs and 5 seconds for the last spans make %d" $at $grace (int $needed)) -}}
{{- end -}}
{{- if (.Values.autoscaling).enabled -}}
{{- include "service.require" (dict "values" .Values "at" $at "paths" (list "autoscaling.maxReplicas")) -}}
{{- with .Values.autoscaling -}}
{{- if gt (int (.minReplicas | default 1)) (int .maxReplicas) -}}
{{- fail (printf "%sautoscaling.minReplicas is %v, but maxReplicas is %v" $at .minReplicas .maxReplicas) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Seconds that requests have from the moment the pod is told to end: the app's own default stands in for a null. */}}
{{- define "service.drainSeconds" -}}
{{- $drain := .Values.drain | default dict -}}
{{- $timeout := ternary 10000 $drain.timeoutMs (kindIs "invalid" $drain.timeoutMs) -}}
{{- add ($drain.preStopSeconds | default 0) (ceil (divf $timeout 1000)) -}}
{{- end -}}
