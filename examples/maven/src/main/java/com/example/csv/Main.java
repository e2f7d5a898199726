package com.example.csv;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts standard input, or with a port what is posted to it. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            System.out.println(new Converter().convert(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
            return;
        }
        int port = Integer.parseInt(arguments[0]);
        var server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/", exchange -> {
            var body = new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8);
            byte[] answer = new Converter().convert(body).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        LOG.info("listening on port {}", port);
    }
}
