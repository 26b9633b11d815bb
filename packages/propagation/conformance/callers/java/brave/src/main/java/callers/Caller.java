package callers;

import brave.Span;
import brave.Tracer;
import brave.Tracing;
import brave.http.HttpClientHandler;
import brave.http.HttpClientRequest;
import brave.http.HttpClientResponse;
import brave.http.HttpServerHandler;
import brave.http.HttpServerRequest;
import brave.http.HttpServerResponse;
import brave.http.HttpTracing;
import brave.propagation.B3Propagation;
import brave.propagation.B3Propagation.Format;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** A service that answers one request with one call to UPSTREAM; Brave alone writes the headers, in the formats of FORMATS. */
public class Caller {
  private final HttpTracing http;

  Caller(HttpTracing http) {
    this.http = http;
  }

  public static void main(String[] arguments) throws IOException {
    Tracing tracing = Tracing.newBuilder().traceId128Bit(true).propagationFactory(propagation()).build();
    Caller caller = new Caller(HttpTracing.create(tracing));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", caller::answer);
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  private static brave.propagation.Propagation.Factory propagation() {
    B3Propagation.FactoryBuilder builder = B3Propagation.newFactoryBuilder();
    switch (System.getenv("FORMATS")) {
      case "multi":
        return builder.injectFormat(Span.Kind.CLIENT, Format.MULTI).build();
      case "single":
        return builder.injectFormat(Span.Kind.CLIENT, Format.SINGLE).build();
      case "single,multi":
        return builder.injectFormats(Span.Kind.CLIENT, Format.SINGLE, Format.MULTI).build();
      default:
        throw new IllegalArgumentException("FORMATS is multi, single or single,multi");
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    HttpServerHandler<HttpServerRequest, HttpServerResponse> handler = HttpServerHandler.create(http);
    Span span = handler.handleReceive(new Received(exchange));
    try (Tracer.SpanInScope scope = http.tracing().tracer().withSpanInScope(span)) {
      call();
      exchange.sendResponseHeaders(200, -1);
    } finally {
      span.finish();
      exchange.close();
    }
  }

  private void call() throws IOException {
    Call call = new Call(HttpRequest.newBuilder(URI.create(System.getenv("UPSTREAM"))));
    HttpClientHandler<HttpClientRequest, HttpClientResponse> handler = HttpClientHandler.create(http);
    Span span = handler.handleSend(call);
    try {
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build().send(call.builder.build(), BodyHandlers.discarding());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      span.finish();
    }
  }

  private static final class Received extends HttpServerRequest {
    private final HttpExchange exchange;

    Received(HttpExchange exchange) {
      this.exchange = exchange;
    }

    @Override public Object unwrap() {
      return exchange;
    }

    @Override public String method() {
      return exchange.getRequestMethod();
    }

    @Override public String path() {
      return exchange.getRequestURI().getPath();
    }

    @Override public String url() {
      return exchange.getRequestURI().toString();
    }

    @Override public String header(String name) {
      return exchange.getRequestHeaders().getFirst(name);
    }
  }

  private static final class Call extends HttpClientRequest {
    private final HttpRequest.Builder builder;

    Call(HttpRequest.Builder builder) {
      this.builder = builder;
    }

    @Override public Object unwrap() {
      return builder;
    }

    @Override public String method() {
      return "GET";
    }

    @Override public String path() {
      return "/";
    }

    @Override public String url() {
      return System.getenv("UPSTREAM");
    }

    @Override public String header(String name) {
      return null;
    }

    @Override public void header(String name, String value) {
      builder.header(name, value);
    }
  }
}
