import com.amazonaws.AmazonServiceException;
import com.amazonaws.ClientConfiguration;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.kinesis.AmazonKinesis;
import com.amazonaws.services.kinesis.AmazonKinesisClientBuilder;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;

/** A bridge to the AWS SDK for Java v1: doc.go says what passes over it. */
public class Bridge1 {
    static final String MODEL = "com.amazonaws.services.kinesis.model.";
    static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .setSerializationInclusion(JsonInclude.Include.NON_NULL)
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
            .configure(SerializationFeature.FAIL_ON_EMPTY_BEANS, false)
            .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false);
    static final AmazonKinesis kinesis = AmazonKinesisClientBuilder.standard()
            .withEndpointConfiguration(new EndpointConfiguration(System.getenv("AWS_ENDPOINT_URL"), System.getenv("AWS_REGION")))
            .withClientConfiguration(new ClientConfiguration().withMaxErrorRetry(0))
            .build();

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
        }
        System.exit(0);
    }

    static Object answer(JsonNode request) throws Exception {
        String op = request.get("op").asText();
        Method call;
        Class<?> type;
        try {
            type = Class.forName(MODEL + op + "Request");
            call = AmazonKinesis.class.getMethod(Character.toLowerCase(op.charAt(0)) + op.substring(1), type);
        } catch (ClassNotFoundException | NoSuchMethodException e) {
            return Map.of("unknown", true);
        }
        try {
            ObjectNode output = JSON.valueToTree(call.invoke(kinesis, JSON.treeToValue(given(request.get("input")), type)));
            output.remove(List.of("SdkResponseMetadata", "SdkHttpMetadata"));
            return Map.of("output", output);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof AmazonServiceException s) {
                return Map.of("error", s.getErrorCode(), "message", String.valueOf(s.getErrorMessage()), "class", s.getClass().getSimpleName());
            }
            return Map.of("error", "refused by the client", "message", String.valueOf(e.getCause()));
        }
    }

    /** What Jackson reads as a ByteBuffer is base64, as a Date milliseconds. */
    static JsonNode given(JsonNode v) {
        if (v.has("$blob")) return v.get("$blob");
        if (v.has("$time")) return JsonNodeFactory.instance.numberNode((long) (v.get("$time").asDouble() * 1000));
        if (v instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) list.set(i, given(list.get(i)));
        } else if (v instanceof ObjectNode members) {
            members.fieldNames().forEachRemaining(name -> members.set(name, given(members.get(name))));
        }
        return v;
    }
}
