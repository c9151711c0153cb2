import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.joda.time.*;
import org.joda.time.format.*;

/** Reads lines of a format, a tab and a text; answers milliseconds or failed. */
public class Joda {
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, "UTF-8");
    Map<String, DateTimeFormatter> formatters = new HashMap<>();
    for (String line; (line = in.readLine()) != null; ) {
      String[] parts = line.split("\t", 2);
      DateTimeFormatter f = formatters.computeIfAbsent(parts[0], p ->
          p.equals("ISO8601") ? ISODateTimeFormat.dateTimeParser().withZone(DateTimeZone.UTC)
              : DateTimeFormat.forPattern(p).withLocale(Locale.ENGLISH).withZone(DateTimeZone.UTC));
      try {
        out.println(f.parseMillis(parts[1]));
      } catch (IllegalArgumentException e) {
        out.println("failed");
      }
    }
    out.flush();
  }
}
