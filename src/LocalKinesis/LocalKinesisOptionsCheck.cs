using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Weir.LocalKinesis;

/// <summary>Checks the options at the start, with messages that name the full key.</summary>
internal sealed class LocalKinesisOptionsCheck : IValidateOptions<LocalKinesisOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalKinesisOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        var failures = results.Select(r => $"{LocalKinesisOptions.Section}:{r.MemberNames.FirstOrDefault()}: {r.ErrorMessage}").ToList();
        try
        {
            LocalKinesisEngine.ParseStreams(options.InitialStreams);
        }
        catch (FormatException e)
        {
            failures.Add($"{LocalKinesisOptions.Section}:{nameof(LocalKinesisOptions.InitialStreams)}: {e.Message}");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
