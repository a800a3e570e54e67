import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import software.amazon.awssdk.utils.builder.Buildable;

/** A bridge to the asynchronous client of the AWS SDK for Java v2: doc.go says what passes over it. */
public class Bridge2 {
    static final String MODEL = "software.amazon.awssdk.services.kinesis.model.";
    static final ObjectMapper JSON = new ObjectMapper();
    static final KinesisAsyncClient kinesis = KinesisAsyncClient.builder()
            .endpointOverride(URI.create(System.getenv("AWS_ENDPOINT_URL")))
            .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
            .build();

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
        }
        System.exit(0);
    }

    static Map<String, Object> answer(JsonNode request) throws Exception {
        String op = request.get("op").asText();
        Class<?> type;
        try {
            type = Class.forName(MODEL + op + "Request");
        } catch (ClassNotFoundException e) {
            return Map.of("unknown", true);
        }
        SdkPojo builder = (SdkPojo) type.getMethod("builder").invoke(null);
        fill(builder, request.get("input"));
        Object input = ((Buildable) builder).build();
        try {
            if (op.equals("SubscribeToShard")) {
                return Map.of("output", subscribe((SubscribeToShardRequest) input, request.get("records").asInt()));
            }
            Method call = KinesisAsyncClient.class.getMethod(Character.toLowerCase(op.charAt(0)) + op.substring(1), type);
            return Map.of("output", plain(((CompletableFuture<?>) call.invoke(kinesis, input)).join()));
        } catch (CompletionException e) {
            if (e.getCause() instanceof AwsServiceException s) {
                return Map.of("error", s.awsErrorDetails().errorCode(), "message", String.valueOf(s.awsErrorDetails().errorMessage()), "class", s.getClass().getSimpleName());
            }
            return Map.of("error", "refused by the client", "message", String.valueOf(e.getCause()));
        }
    }

    static Object subscribe(SubscribeToShardRequest input, int records) {
        List<Object> events = new ArrayList<>();
        CompletableFuture<Void> enough = new CompletableFuture<>();
        CompletableFuture<Void> call = kinesis.subscribeToShard(input, SubscribeToShardResponseHandler.builder()
                .onError(enough::completeExceptionally)
                .subscriber(() -> new Subscriber<SubscribeToShardEventStream>() {
                    Subscription subscription;
                    int seen;

                    @Override public void onSubscribe(Subscription s) {
                        subscription = s;
                        s.request(1);
                    }

                    @Override public void onNext(SubscribeToShardEventStream e) {
                        SubscribeToShardEvent event = (SubscribeToShardEvent) e;
                        events.add(plain(event));
                        seen += event.records().size();
                        if (seen >= records) {
                            subscription.cancel();
                            enough.complete(null);
                        } else {
                            subscription.request(1);
                        }
                    }

                    @Override public void onError(Throwable t) { enough.completeExceptionally(t); }

                    @Override public void onComplete() { enough.complete(null); }
                }).build());
        call.whenComplete((ok, failure) -> {
            if (failure != null) enough.completeExceptionally(failure instanceof CompletionException ? failure.getCause() : failure);
        });
        enough.join();
        return Map.of("Events", events);
    }

    static void fill(SdkPojo builder, JsonNode members) throws Exception {
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode value = members.get(field.locationName());
            if (value != null) {
                field.set(builder, given(field, value));
            }
        }
    }

    static Object given(SdkField<?> field, JsonNode v) throws Exception {
        switch (field.marshallingType().getTargetClass().getSimpleName()) {
            case "String": return v.asText();
            case "Integer": return v.asInt();
            case "Long": return v.asLong();
            case "Boolean": return v.asBoolean();
            case "SdkBytes": return SdkBytes.fromByteArray(Base64.getDecoder().decode(v.get("$blob").asText()));
            case "Instant": return Instant.ofEpochMilli((long) (v.get("$time").asDouble() * 1000));
            case "List": {
                List<Object> list = new ArrayList<>();
                for (JsonNode e : v) list.add(given(field.getTrait(ListTrait.class).memberFieldInfo(), e));
                return list;
            }
            case "Map": {
                Map<String, Object> map = new HashMap<>();
                var names = v.fieldNames();
                while (names.hasNext()) {
                    String name = names.next();
                    map.put(name, given(field.getTrait(MapTrait.class).valueFieldInfo(), v.get(name)));
                }
                return map;
            }
            default: {
                SdkPojo nested = field.constructor().get();
                fill(nested, v);
                return ((Buildable) nested).build();
            }
        }
    }

    static Object plain(Object v) {
        if (v instanceof SdkPojo pojo) {
            Map<String, Object> members = new LinkedHashMap<>();
            for (SdkField<?> field : pojo.sdkFields()) {
                Object member = field.getValueOrDefault(pojo);
                if (member != null && !(member instanceof SdkAutoConstructList) && !(member instanceof SdkAutoConstructMap)) {
                    members.put(field.locationName(), plain(member));
                }
            }
            return members;
        }
        if (v instanceof SdkBytes bytes) return Base64.getEncoder().encodeToString(bytes.asByteArray());
        if (v instanceof Instant at) return at.toString();
        if (v instanceof List<?> list) return list.stream().map(Bridge2::plain).toList();
        if (v instanceof Map<?, ?> map) {
            Map<Object, Object> out = new LinkedHashMap<>();
            map.forEach((name, member) -> out.put(name, plain(member)));
            return out;
        }
        return v;
    }
}
