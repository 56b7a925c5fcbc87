using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Dashboard.Live;

namespace Weir.Dashboard.Api;

public static class ApiServices
{
    /// <summary>What the REST API needs: enums by name, hash keys as text, gaps as null, problems as <c>application/problem+json</c>.</summary>
    public static IServiceCollection AddControlApi(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<Gate>();
        services.AddProblemDetails();

        // So that a body that cannot be read says what is wrong with it in production too; see ProblemAnswers.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o => Configure(o.SerializerOptions));
        return services;
    }

    internal static void Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new UInt128Json());
        options.Converters.Add(new GapJson());
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
    }

    /// <summary>A gap in a series is null: JSON has no NaN.</summary>
    private sealed class GapJson : JsonConverter<float>
    {
        public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Null ? float.NaN : reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (float.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
