package dozen.apidocs;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinitionProviderV2;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.impl.DefinitionKey;
import com.github.victools.jsonschema.generator.impl.module.SimpleTypeModule;
import com.github.victools.jsonschema.generator.naming.SchemaDefinitionNamingStrategy;
import dozen.config.Secret;
import dozen.domain.Validation;
import dozen.domain.Validation.Validated;
import dozen.http.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * JSON schemas of records as they are read and written, by victools' generator. A field that is {@code @Nullable} may
 * be null; it may be absent when callers send the record, and is absent instead of null where the record leaves out
 * nulls. The bounds are those of the record's own validation.
 */
final class Schemas {
    /** Reads a record of nulls and zeros from an empty object. */
    private static final ObjectMapper LENIENT =
            Json.MAPPER.copy().disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private final SchemaBuilder builder;

    Schemas() {
        var config = new SchemaGeneratorConfigBuilder(Json.MAPPER, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(new SimpleTypeModule().withStringType(Secret.class))
                .with(
                        Option.DEFINITIONS_FOR_ALL_OBJECTS,
                        Option.EXTRA_OPEN_API_FORMAT_VALUES,
                        Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                        Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
                .without(Option.SCHEMA_VERSION_INDICATOR);
        config.forFields()
                .withIgnoreCheck(Schemas::isNoField)
                .withNullableCheck(field -> isNullable(field) && !leavesOutNulls(field))
                .withRequiredCheck(field -> !isNullable(field) || !leavesOutNulls(field) && !isSent(field))
                .withInstanceAttributeOverride(
                        (node, field, _) -> keywords(field).forEach(node::putPOJO));
        config.forTypesInGeneral()
                .withPropertySorter((_, _) -> 0) // the order of the record
                .withCustomDefinitionProvider(Schemas::enumeration)
                .withCustomDefinitionProvider(new Inlined())
                .withCustomDefinitionProvider(new Unwrapping())
                .withDefinitionNamingStrategy(new Names());
        builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    /**
     * A reference to the schema of a record, which {@link #complete} fills in.
     *
     * @param types the record, and the records that fill its type parameters
     */
    ObjectNode reference(List<Class<?>> types) {
        return builder.createSchemaReference(
                types.getFirst(), types.subList(1, types.size()).toArray(Class<?>[]::new));
    }

    /** The schemas of all records until now, by name. */
    ObjectNode complete() {
        return builder.collectDefinitions("components/schemas");
    }

    /** The constants as JSON has them. */
    private static CustomDefinition enumeration(ResolvedType type, SchemaGenerationContext context) {
        var constants = type.getErasedType().getEnumConstants();
        if (constants == null) return null;
        var schema = Json.MAPPER.createObjectNode().put("type", "string");
        schema.set("enum", Json.MAPPER.valueToTree(constants));
        return new CustomDefinition(schema, true);
    }

    /** Maps get no name of their own. */
    private static final class Inlined implements CustomDefinitionProviderV2 {
        @Override
        public CustomDefinition provideCustomSchemaDefinition(ResolvedType type, SchemaGenerationContext context) {
            if (!type.isInstanceOf(Map.class)) return null;
            return new CustomDefinition(context.createStandardDefinition(type, this), true);
        }
    }

    /** Adds the fields of unwrapped records to those of the record that holds them. */
    private static final class Unwrapping implements CustomDefinitionProviderV2 {
        @Override
        public CustomDefinition provideCustomSchemaDefinition(ResolvedType type, SchemaGenerationContext context) {
            var fields = context.getTypeContext().resolveWithMembers(type).getMemberFields();
            var unwrapped = Stream.of(fields)
                    .filter(field -> field.getRawMember().isAnnotationPresent(JsonUnwrapped.class))
                    .toList();
            if (unwrapped.isEmpty()) return null;
            var schema = context.createStandardDefinition(type, this);
            for (var field : unwrapped) {
                var part = context.createStandardDefinition(field.getType(), this);
                schema.withObjectProperty("properties").setAll((ObjectNode) part.get("properties"));
                schema.withArrayProperty("required").addAll(part.withArrayProperty("required"));
            }
            return new CustomDefinition(schema);
        }
    }

    /** Whether a component is left out, or written as fields beside its own. */
    private static boolean isNoField(FieldScope field) {
        var component = field.getRawMember();
        return Stream.of(JsonIgnore.class, JsonAnyGetter.class, JsonUnwrapped.class)
                .anyMatch(component::isAnnotationPresent);
    }

    private static boolean isNullable(FieldScope field) {
        return field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static boolean leavesOutNulls(FieldScope field) {
        var included = field.getRawMember().getDeclaringClass().getAnnotation(JsonInclude.class);
        return included != null && included.value() == JsonInclude.Include.NON_NULL;
    }

    private static boolean isSent(FieldScope field) {
        return Validated.class.isAssignableFrom(field.getRawMember().getDeclaringClass());
    }

    private static Map<String, Object> keywords(FieldScope field) {
        if (!isSent(field)) return Map.of();
        try {
            var validation = new Validation();
            var record = LENIENT.readValue("{}", field.getRawMember().getDeclaringClass());
            ((Validated) record).validate(validation);
            return validation.keywords().getOrDefault(field.getName(), Map.of());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Order is "Order", its Draft "OrderDraft", and Slice of Order "OrderSlice"; JsonTypeName tells another name. */
    private static final class Names implements SchemaDefinitionNamingStrategy {
        @Override
        public String getDefinitionNameForKey(DefinitionKey key, SchemaGenerationContext context) {
            return name(key.getType());
        }

        static String name(ResolvedType type) {
            var own = type.getErasedType();
            var told = own.getAnnotation(JsonTypeName.class);
            if (told != null) return told.value();
            var filled = type.getTypeParameters().stream().map(Names::name).collect(Collectors.joining());
            var outer = own.getEnclosingClass() == null
                    ? ""
                    : own.getEnclosingClass().getSimpleName();
            return filled + outer + own.getSimpleName();
        }
    }
}
