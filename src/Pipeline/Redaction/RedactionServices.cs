using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction;

/// <summary>Wiring of redaction.</summary>
public static class RedactionServices
{
    /// <summary>
    /// One <see cref="Redactor"/> as <see cref="IRecordRedactor"/> and <see cref="IRuleSetHolder"/>, from the section <c>Redaction</c>.
    /// It starts with <see cref="DefaultRules"/>, so that nothing passes in clear before the stored rules are activated.
    /// </summary>
    public static IServiceCollection AddRedaction(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RedactionOptions>().Bind(configuration.GetSection(RedactionOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        var dataDirectory = configuration["DataDirectory"] ?? "data";
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<RedactionOptions>>().Value;
            return new Redactor(options, KeySource.Open(options.KeyReference, dataDirectory), DefaultRules.All, dataDirectory);
        });
        services.AddSingleton<IRecordRedactor>(provider => provider.GetRequiredService<Redactor>());
        services.AddSingleton<IRedactionControl>(provider => provider.GetRequiredService<Redactor>());
        services.AddSingleton<IRuleSetHolder>(provider => provider.GetRequiredService<Redactor>());
        return services;
    }
}
