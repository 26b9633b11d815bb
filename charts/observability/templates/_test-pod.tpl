{{/*
The pod of `helm test`. It is not injected: it stands outside the mesh, where a browser and an attacker stand.
Takes {context: the mesh chart's, url, host: Host header or empty, expect: allowed | denied}. Its image is the dashboard's
where it names no other.
*/}}
{{- define "observability.testPod" -}}
{{- $root := .context -}}
{{- $test := $root.Values.observability.test | default dict -}}
{{- $global := $root.Values.global -}}
{{- $dashboard := $root.Values.dashboard.image | default dict -}}
{{- $image := $test.image | default dict -}}
{{- if not $image.repository -}}
{{- $version := ternary $image $dashboard (or (not (empty $image.tag)) (not (empty $image.digest))) -}}
{{- $image = dict "registry" ($image.registry | default $dashboard.registry) "repository" $dashboard.repository "tag" $version.tag "digest" $version.digest "pullPolicy" $image.pullPolicy "pullSecrets" $image.pullSecrets -}}
{{- end -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ $root.Release.Name }}-test
  namespace: {{ $root.Release.Namespace | toYaml }}
  labels:
    app.kubernetes.io/name: throughline-test
    app.kubernetes.io/instance: {{ $root.Release.Name | toYaml }}
    {{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" }}
    {{- with include "service.map" (dict "map" $test.podLabels "own" $own "labels" true "at" "observability.test.podLabels" "context" $root) }}
    {{- . | nindent 4 }}
    {{- end }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
    {{- $own := list "helm.sh/hook" "helm.sh/hook-delete-policy" }}
    {{- with include "service.map" (dict "map" $test.podAnnotations "own" $own "at" "observability.test.podAnnotations" "context" $root) }}
    {{- . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with include "service.pullSecrets" (dict "image" (dict "pullSecrets" ($image.pullSecrets | default $dashboard.pullSecrets)) "global" $global) | trim }}{{ . | nindent 2 }}{{ end }}
  {{- with $test.podSecurityContext }}
  securityContext:
    {{- include "service.yaml" (dict "value" .) | nindent 4 }}
  {{- end }}
  {{- with include "service.scheduling" $test | trim }}{{ . | nindent 2 }}{{ end }}
  containers:
    - name: test
      image: {{ include "service.imageReference" (dict "image" $image "repository" "throughline/dashboard" "version" $root.Chart.AppVersion "global" $global) | quote }}
      {{- with $image.pullPolicy | default $dashboard.pullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      command: [node, check-mesh.js]
      env:
        - name: DASHBOARD_URL
          value: {{ .url | quote }}
        {{- with .host }}
        - name: DASHBOARD_HOST
          value: {{ . | quote }}
        {{- end }}
        - name: BYPASS_URL
          value: http://counting:{{ $root.Values.counting.port }}/
        - name: EXPECT
          value: {{ .expect }}
        {{- with include "service.traceUrlHost" $root }}
        - name: TRACE_QUERY_URL
          value: http://{{ . }}:16686
        {{- end }}
        - name: DEADLINE_MS
          value: {{ mul ($test.deadlineSeconds | default 30) 1000 | quote }}
      {{- with $test.resources }}
      resources:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
      {{- with $test.securityContext }}
      securityContext:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
{{- end -}}
