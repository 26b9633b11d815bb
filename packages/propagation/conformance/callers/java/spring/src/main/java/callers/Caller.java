package callers;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** A service that answers one request with one call to UPSTREAM; Spring Boot writes all of its trace headers. */
@SpringBootApplication
@RestController
public class Caller {
  private final RestClient upstream;

  Caller(RestClient.Builder builder) {
    upstream = builder.baseUrl(System.getenv("UPSTREAM")).build();
  }

  @GetMapping("/")
  String call() {
    return upstream.get().uri("/").retrieve().body(String.class);
  }

  @EventListener
  void listening(ServletWebServerInitializedEvent event) {
    System.out.println(event.getWebServer().getPort());
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Caller.class, arguments);
  }
}
