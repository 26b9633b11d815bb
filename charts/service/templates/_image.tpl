{{/* A reference to an image. Takes {image, repository: where the image names none, version, global}. A repository that
names a registry keeps it; a digest wins over the tag, because some runtimes refuse both together. */}}
{{- define "service.imageReference" -}}
{{- $image := .image | default dict -}}
{{- $repository := $image.repository | default .repository -}}
{{- $registry := coalesce ((.global).image).registry $image.registry "" -}}
{{- if and $registry (not (regexMatch "^(localhost|[^/]*[.:][^/]*)/" $repository)) }}{{ trimSuffix "/" $registry }}/{{ end -}}
{{- $repository -}}
{{- if $image.digest }}@{{ $image.digest }}
{{- else if hasPrefix "@" ($image.tag | default "") }}{{ $image.tag }}
{{- else }}:{{ $image.tag | default (include "service.tag" .version) }}{{ end -}}
{{- end -}}

{{- define "service.image" -}}
{{- $name := include "service.name" . -}}
{{- include "service.imageReference" (dict "image" .Values.image "repository" (printf "throughline/%s" $name) "version" (include "service.appVersion" .) "global" .Values.global) -}}
{{- end -}}

{{/* Secrets of the whole installation and of one image. Takes {image, global}. */}}
{{- define "service.pullSecrets" -}}
{{- with concat (((.global).image).pullSecrets | default list) ((.image).pullSecrets | default list) | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Where a pod may run. Takes a map with nodeSelector and tolerations. */}}
{{- define "service.scheduling" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- include "service.yaml" (dict "value" .) | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- include "service.yaml" (dict "value" .) | nindent 2 }}
{{- end }}
{{- end -}}
