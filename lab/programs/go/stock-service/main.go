// A service with OpenTelemetry as its documentation sets it up: the SDK, otelhttp around the server and the client,
// propagators as OTEL_PROPAGATORS says.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	exporter, err := otlptracehttp.New(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithBatcher(exporter)))
	otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())

	client := http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	upstream := os.Getenv("UPSTREAM_URL")
	answer := func(w http.ResponseWriter, r *http.Request) {
		if upstream == "" {
			io.WriteString(w, "ok\n")
			return
		}
		request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, upstream+"/item", nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		reply, err := client.Do(request)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer reply.Body.Close()
		if reply.StatusCode >= 400 {
			w.WriteHeader(http.StatusBadGateway)
		}
		io.Copy(w, reply.Body)
	}
	handler := otelhttp.NewHandler(http.HandlerFunc(answer), "answer")
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), handler))
}
