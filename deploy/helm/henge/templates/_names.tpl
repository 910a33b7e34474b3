{{- define "henge.name" -}}
{{ printf "%s" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- define "henge.select" -}}
app.kubernetes.io/name: henge
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "henge.labels" -}}
{{ include "henge.select" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "henge.secret" -}}
{{ .Values.existingSecret | default (include "henge.name" .) }}
{{- end }}
