using System.ComponentModel.DataAnnotations;

namespace Weir.Aws;

/// <summary>Section <c>Aws</c>: how AWS is reached. Whatever is left out comes from the SDK's own chain (environment, profile, container, instance).</summary>
public sealed class AwsOptions : IValidatableObject
{
    public const string Section = "Aws";

    /// <summary>As in <c>eu-west-1</c>.</summary>
    [RegularExpression("^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$", ErrorMessage = "Aws:Region must be the name of a region, such as eu-west-1.")]
    public string? Region { get; set; }

    /// <summary>Calls to make of one, the first included, 1 to 10.</summary>
    [Range(1, 10, ErrorMessage = "Aws:MaxAttempts must be 1 to 10.")]
    public int? MaxAttempts { get; set; }

    /// <summary>Key for emulators, which accept any; against AWS leave it to the chain, which knows keys that expire.</summary>
    public string? AccessKeyId { get; set; }

    /// <inheritdoc cref="AccessKeyId"/>
    public string? SecretAccessKey { get; set; }

    public string? SessionToken { get; set; }

    public AwsServiceOptions Kinesis { get; set; } = new();

    public AwsServiceOptions DynamoDb { get; set; } = new();

    public AwsServiceOptions CloudWatch { get; set; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AccessKeyId is null != SecretAccessKey is null)
            yield return new ValidationResult("Aws:AccessKeyId and Aws:SecretAccessKey go together.");
        foreach (var (name, service) in new[] { ("Kinesis", Kinesis), ("DynamoDb", DynamoDb), ("CloudWatch", CloudWatch) })
        {
            if (service.ServiceUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
                yield return new ValidationResult($"Aws:{name}:ServiceUrl must be an http or https address, such as http://127.0.0.1:4567.");
        }
    }
}

/// <summary>Section <c>Aws:Kinesis</c>, <c>Aws:DynamoDb</c> or <c>Aws:CloudWatch</c>.</summary>
public sealed class AwsServiceOptions
{
    /// <summary>Address to call instead of AWS's own: an emulator, a VPC endpoint, another Weir.</summary>
    public Uri? ServiceUrl { get; set; }
}
