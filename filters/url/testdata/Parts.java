import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

/** Takes addresses apart as Elasticsearch's uri_parts does: with java.net.URI. */
public class Parts {
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, "UTF-8");
    for (String line; (line = in.readLine()) != null; ) {
      try {
        URI u = new URI(line);
        String user = u.getUserInfo(), password = null;
        if (user != null && user.contains(":")) {
          password = user.substring(user.indexOf(':') + 1);
          user = user.substring(0, user.indexOf(':'));
        }
        String[] parts = {u.getScheme(), u.getHost(), u.getPort() < 0 ? null : "" + u.getPort(),
            u.getPath(), u.getQuery(), u.getFragment(), user, password};
        StringBuilder b = new StringBuilder(u.isOpaque() || u.getHost() == null && u.getAuthority() != null ? "odd" : "ok");
        for (String part : parts) {
          b.append('\t').append(part == null ? "" : part.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r"));
        }
        out.println(b);
      } catch (URISyntaxException e) {
        out.println("illegal");
      }
    }
    out.flush();
  }
}
