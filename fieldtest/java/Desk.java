import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registration desk with Java's own HTTP client, which offers HTTP/2 with every request:
 * java Desk.java BASE PHONE. See python/desk.py for what it prints and waits for.
 */
public class Desk {
    private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static String base;

    public static void main(String[] args) throws Exception {
        base = args[0];
        HttpResponse<String> none = get("/api/smartcard/read?readImageFlag=false");
        if (none.statusCode() != 500 || field("defaultMessage", none.body()).isEmpty()) {
            fail("without a card", none);
        }
        System.out.println("WAITING");
        while (!get("/api/smartcard/terminals").body().contains("\"isPresent\":true")) {
            Thread.sleep(800);
        }
        HttpResponse<String> card = get("/api/smartcard/read?readImageFlag=false");
        if (card.statusCode() != 200) {
            fail("read", card);
        }
        String pid = field("pid", card.body());
        System.out.println("READ " + pid);
        new BufferedReader(new InputStreamReader(System.in)).readLine();
        String order = String.format("{\"pid\":\"%s\",\"claimType\":\"%s\",\"mobile\":\"%s\",\"correlationId\":\"%s\"}",
            pid, field("claimType", card.body()), args[1], field("correlationId", card.body()));
        HttpResponse<String> saved = post("/api/nhso-service/confirm-save", order);
        if (saved.statusCode() != 200 && saved.statusCode() != 201) {
            fail("confirm-save", saved);
        }
        LocalDateTime.parse(field("createdDate", saved.body()));
        HttpResponse<String> latest = get("/api/nhso-service/latest-authen-code/" + pid);
        if (!field("claimCode", latest.body()).equals(field("claimCode", saved.body()))) {
            fail("latest", latest);
        }
        System.out.println(field("claimCode", saved.body()));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60)).GET().build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json;charset=UTF-8").POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private static String field(String name, String json) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    private static void fail(String what, HttpResponse<String> answer) {
        System.err.println(what + ": " + answer.statusCode() + " " + answer.body());
        System.exit(1);
    }
}
