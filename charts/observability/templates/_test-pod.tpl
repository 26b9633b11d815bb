{{/*
The pod of `helm test`. It is not injected: it stands outside the mesh, where a browser and an attacker stand.
Takes {context: the mesh chart's root, url, host: Host header or empty, expect: allowed | denied}.
*/}}
{{- define "observability.testPod" -}}
{{- $root := .context -}}
{{- $test := $root.Values.observability.test -}}
{{- $traces := tpl ($root.Values.global.traceBackend.host | default "") $root -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ $root.Release.Name }}-test
  namespace: {{ $root.Release.Namespace }}
  labels:
    app.kubernetes.io/name: throughline-test
    app.kubernetes.io/instance: {{ $root.Release.Name }}
    {{- with $test.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
    {{- with $test.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "observability.podSecurity" $root | nindent 4 }}
  containers:
    - name: test
      image: {{ printf "%s:%s" $test.image.repository ($test.image.tag | default $root.Chart.AppVersion) | quote }}
      imagePullPolicy: {{ $test.image.pullPolicy }}
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
        {{- with $traces }}
        - name: TRACE_QUERY_URL
          value: http://{{ . }}:16686
        {{- end }}
        - name: DEADLINE_MS
          value: {{ mul $test.deadlineSeconds 1000 | quote }}
      resources:
        requests:
          cpu: 50m
          memory: 64Mi
        limits:
          cpu: 500m
          memory: 256Mi
      securityContext:
        {{- include "observability.containerSecurity" $root | nindent 8 }}
{{- end -}}
