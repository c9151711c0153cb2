import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.grok.Grok;
import org.elasticsearch.grok.GrokBuiltinPatterns;
import org.elasticsearch.grok.MatcherWatchdog;
import org.elasticsearch.grok.PatternBank;

/** Answers requests, one JSON object a line, with the reference grok engine. */
public final class Oracle {
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private static final long COMPILE_MILLIS = 5_000;

    private final Map<Long, Grok> patterns = new HashMap<>();
    private long lastPattern;

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(requests), "reader");
        reader.setDaemon(true);
        reader.start();
        Oracle oracle = new Oracle();
        while (true) {
            StringBuilder answer = new StringBuilder();
            Json.write(answer, oracle.answer(Json.parse(requests.take())));
            out.print(answer.append('\n'));
            out.flush();
        }
    }

    /** Ends the program with its input, whatever the engine is busy with. */
    private static void read(BlockingQueue<String> requests) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                requests.add(line);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
        Runtime.getRuntime().halt(0);
    }

    @SuppressWarnings("unchecked")
    private Object answer(Object request) throws InterruptedException {
        Map<String, Object> r = (Map<String, Object>) request;
        switch ((String) r.get("op")) {
            case "bank":
                return Map.of("bank", bank(r).bank());
            case "compile":
                return compile(r);
            case "captures":
                return Map.of("results", captures(patterns.get((Long) r.get("pattern")), (List<Object>) r.get("lines")));
            case "time":
                return Map.of("ns", time(patterns.get((Long) r.get("pattern")), (List<Object>) r.get("lines"), (Long) r.get("millis")));
            case "free":
                patterns.remove((Long) r.get("pattern"));
                return Map.of();
            default:
                return failure("protocol", "unknown op");
        }
    }

    @SuppressWarnings("unchecked")
    private static PatternBank bank(Map<String, Object> r) {
        Map<String, String> definitions = (Map<String, String>) (Map<?, ?>) r.getOrDefault("definitions", Map.of());
        String name = (String) r.get("bank");
        PatternBank bank = name.isEmpty() ? PatternBank.EMPTY : GrokBuiltinPatterns.get(name);
        if (definitions.isEmpty()) {
            return bank;
        }
        // Not extendWith: circular definitions of the bank itself are none of its business.
        Map<String, String> all = new LinkedHashMap<>(bank.bank());
        all.putAll(definitions);
        return new PatternBank(all);
    }

    /** Compiles under a time limit, since the engine's compiler can run for ever. */
    @SuppressWarnings({"deprecation", "removal"})
    private Object compile(Map<String, Object> r) throws InterruptedException {
        Object[] answer = {failure("compile timeout", "still compiling after " + COMPILE_MILLIS + " ms")};
        Thread compiler = new Thread(null, () -> answer[0] = compileNow(r), "compiler", 16 << 20);
        compiler.setDaemon(true);
        compiler.start();
        compiler.join(COMPILE_MILLIS);
        if (compiler.isAlive()) {
            try {
                compiler.stop();
            } catch (UnsupportedOperationException e) {
                // From Java 20 on it cannot be stopped: it goes on, at the cost of a core.
            }
        }
        return answer[0] instanceof Grok grok ? keep(grok) : answer[0];
    }

    private Object keep(Grok grok) {
        patterns.put(++lastPattern, grok);
        return Map.of("pattern", lastPattern);
    }

    private static Object compileNow(Map<String, Object> r) {
        long limit = (Long) r.get("limit");
        MatcherWatchdog watchdog = MatcherWatchdog.newInstance(
            10, limit, () -> System.nanoTime() / 1_000_000,
            (delay, task) -> TIMER.schedule(task, delay, TimeUnit.MILLISECONDS));
        try {
            return new Grok(bank(r), (String) r.get("expression"), watchdog, warning -> { });
        } catch (RuntimeException | Error e) {
            return failure("compile", e.toString());
        }
    }

    private static Map<String, Object> failure(String kind, String message) {
        return Map.of("error", kind, "message", message);
    }

    private static List<Object> captures(Grok grok, List<Object> lines) {
        List<Object> results = new ArrayList<>();
        for (Object line : lines) {
            results.add(captures(grok, (String) line));
        }
        return results;
    }

    private static Object captures(Grok grok, String line) {
        Map<String, Object> found;
        try {
            found = grok.captures(line);
        } catch (NumberFormatException e) {
            return failure("conversion", String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            boolean interrupted = String.valueOf(e.getMessage()).contains("interrupted");
            return failure(interrupted ? "timeout" : "match", e.toString());
        }
        if (found == null) {
            return Map.of("match", false);
        }
        List<Object> captures = new ArrayList<>();
        for (Map.Entry<String, Object> e : found.entrySet()) {
            List<Object> values = new ArrayList<>();
            for (Object value : e.getValue() instanceof List<?> list ? list : List.of(e.getValue())) {
                values.add(typed(value));
            }
            captures.add(List.of(e.getKey(), values));
        }
        return Map.of("match", true, "captures", captures);
    }

    /** Writes a value as the letter of its type and its text. */
    private static String typed(Object value) {
        if (value instanceof String) {
            return "s" + value;
        }
        return value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT).charAt(0) + value.toString();
    }

    /** Nanoseconds a line, after a warm-up as long as the measurement; the best of five fifths. */
    private static Object time(Grok grok, List<Object> lines, long millis) {
        String[] texts = lines.toArray(new String[0]);
        pass(grok, texts, millis);
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            best = Math.min(best, pass(grok, texts, millis / 5));
        }
        return best;
    }

    private static double pass(Grok grok, String[] lines, long millis) {
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        long count = 0;
        long matched = 0;
        while (System.nanoTime() < end) {
            for (String line : lines) {
                if (grok.captures(line) != null) {
                    matched++;
                }
            }
            count += lines.length;
        }
        double ns = (System.nanoTime() - start) / (double) count;
        return matched > count ? -1 : ns; // matched is used, so that no match is optimised away
    }

    /** As much JSON as the protocol needs: objects, arrays, strings, whole numbers, booleans. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object parse(String text) {
            return new Json(text).value();
        }

        private char next() {
            while (text.charAt(at) == ' ') {
                at++;
            }
            return text.charAt(at);
        }

        private boolean skip(char c) {
            if (next() != c) {
                return false;
            }
            at++;
            return true;
        }

        private Object value() {
            char c = next();
            if (c == '{') {
                return object();
            }
            if (c == '[') {
                return array();
            }
            if (c == '"') {
                return string();
            }
            int start = at;
            while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return Long.valueOf(text.substring(start, at).trim());
        }

        private Map<String, Object> object() {
            Map<String, Object> object = new LinkedHashMap<>();
            skip('{');
            while (!skip('}')) {
                next();
                String key = string();
                skip(':');
                object.put(key, value());
                skip(',');
            }
            return object;
        }

        private List<Object> array() {
            List<Object> array = new ArrayList<>();
            skip('[');
            while (!skip(']')) {
                array.add(value());
                skip(',');
            }
            return array;
        }

        private String string() {
            StringBuilder b = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c != '\\') {
                    b.append(c);
                    continue;
                }
                c = text.charAt(++at);
                if (c == 'u') {
                    b.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                    at += 4;
                } else {
                    int i = "nrtbf".indexOf(c);
                    b.append(i < 0 ? c : "\n\r\t\b\f".charAt(i));
                }
            }
            at++;
            return b.toString();
        }

        static void write(StringBuilder b, Object value) {
            if (value instanceof Map<?, ?> map) {
                String separator = "{";
                for (Map.Entry<?, ?> e : map.entrySet()) {
                    write(b.append(separator), e.getKey());
                    write(b.append(':'), e.getValue());
                    separator = ",";
                }
                b.append(map.isEmpty() ? "{}" : "}");
            } else if (value instanceof List<?> list) {
                String separator = "[";
                for (Object e : list) {
                    write(b.append(separator), e);
                    separator = ",";
                }
                b.append(list.isEmpty() ? "[]" : "]");
            } else if (value instanceof String s) {
                quote(b, s);
            } else {
                b.append(value);
            }
        }

        private static void quote(StringBuilder b, String s) {
            b.append('"');
            for (int i = 0; i < s.length(); i++) {
                char c = s.charAt(i);
                if (c == '"' || c == '\\') {
                    b.append('\\').append(c);
                } else if (c < 0x20 || c == 0x2028 || c == 0x2029 || Character.isSurrogate(c) && !paired(s, i)) {
                    b.append(String.format("\\u%04x", (int) c));
                } else {
                    b.append(c);
                }
            }
            b.append('"');
        }

        private static boolean paired(String s, int i) {
            return i + 1 < s.length() && Character.isSurrogatePair(s.charAt(i), s.charAt(i + 1))
                || i > 0 && Character.isSurrogatePair(s.charAt(i - 1), s.charAt(i));
        }
    }
}
