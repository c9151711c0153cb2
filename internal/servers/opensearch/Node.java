import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node in the foreground. Arguments: base directory, then name=value settings. */
public final class Node {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            for (int i = 1; i < args.length; i++) {
                int equals = args[i].indexOf('=');
                settings.put(args[i].substring(0, equals), args[i].substring(equals + 1));
            }
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("naru-test").useLogger());
        Thread.currentThread().join();
    }
}
