using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Ingest;

/// <summary>Checks an options object by its attributes and names the full key of what is wrong: <c>Spool:MaxBytes</c>.</summary>
internal static class NamedValidation
{
    public static OptionsBuilder<T> ValidateNamed<T>(this OptionsBuilder<T> builder, string section)
        where T : class
    {
        builder.Services.AddSingleton<IValidateOptions<T>>(new Check<T>(section));
        return builder;
    }

    private sealed class Check<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var found = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(found.Select(f => string.Create(CultureInfo.InvariantCulture, $"{section}:{string.Join(',', f.MemberNames)}: {f.ErrorMessage}")));
        }
    }
}
