import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/** Writes the same records in the two formats of Jenkins' log: Records NEW OLD COUNT. */
public final class Records {
    private static final Logger LOG = Logger.getLogger("hudson.model.Run");

    public static void main(String[] args) throws Exception {
        LOG.setUseParentHandlers(false);
        try (OutputStream recent = new FileOutputStream(args[0]); OutputStream old = new FileOutputStream(args[1])) {
            StreamHandler[] handlers = {new StreamHandler(recent, new Recent()), new StreamHandler(old, new SimpleFormatter())};
            for (StreamHandler h : handlers) {
                LOG.addHandler(h);
            }
            for (int n = 1; n <= Integer.parseInt(args[2]); n++) {
                build(n);
            }
            for (StreamHandler h : handlers) {
                h.close();
            }
        }
    }

    private static void build(int n) {
        LOG.info("shop #" + n + " started");
        try {
            save(n);
        } catch (IOException e) {
            LOG.log(n % 2 == 0 ? Level.WARNING : Level.SEVERE, "cannot save shop #" + n + "\nit is tried again", e);
        }
        LOG.log(Level.INFO, "shop #{0} main build action completed: {1}", new Object[] {n, "SUCCESS"});
    }

    private static void save(int n) throws IOException {
        try {
            throw new NoSuchFileException("/var/lib/jenkins/jobs/shop/builds/" + n);
        } catch (NoSuchFileException e) {
            throw new IOException("shop #" + n + ": no place to save", e);
        }
    }

    /** The format since Jenkins 2.177, whose traces begin with the cause. */
    private static final class Recent extends Formatter {
        @Override
        public String format(LogRecord r) {
            StringBuilder b = new StringBuilder(new SimpleDateFormat("yyyy-MM-dd HH:mm:ss.SSSZ").format(new Date(r.getMillis())));
            b.append(" [id=").append(r.getLongThreadID()).append("]\t").append(r.getLevel().getName()).append('\t');
            b.append(r.getSourceClassName()).append('#').append(r.getSourceMethodName()).append(": ").append(formatMessage(r)).append('\n');
            if (r.getThrown() != null) {
                trace(b, r.getThrown());
            }
            return b.toString();
        }

        private static void trace(StringBuilder b, Throwable t) {
            if (t.getCause() != null) {
                trace(b, t.getCause());
                b.append("Caused: ");
            }
            b.append(t).append('\n');
            for (StackTraceElement place : t.getStackTrace()) {
                b.append("\tat ").append(place).append('\n');
            }
        }
    }
}
