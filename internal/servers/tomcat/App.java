package shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A small application: it answers, waits, logs and fails, as it is asked to. */
public final class App extends HttpServlet {
    private static final Logger LOG = Logger.getLogger("shop.App");

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        String path = request.getPathInfo() == null ? "/" : request.getPathInfo();
        switch (path) {
            case "/.naru-ready" -> request.setAttribute("naru.ready", Boolean.TRUE);
            case "/slow" -> pause(Long.parseLong(request.getParameter("ms")));
            case "/fail" -> checkout(request.getParameter("order"));
            case "/warn" -> LOG.log(Level.WARNING, "stock is low\nonly a few are left", new IllegalStateException("three left"));
            case "/missing" -> {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
                return;
            }
            default -> { }
        }
        response.setContentType("text/plain; charset=UTF-8");
        response.getWriter().println(path);
    }

    private static void pause(long ms) throws ServletException {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new ServletException(e);
        }
    }

    private static void checkout(String order) throws ServletException {
        try {
            throw new java.sql.SQLException("Connection refused");
        } catch (java.sql.SQLException e) {
            throw new ServletException("order " + order + " cannot be paid", new IllegalStateException("no connection to the bank", e));
        }
    }
}
