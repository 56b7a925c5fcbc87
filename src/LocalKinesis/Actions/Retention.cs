using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>How long records stay: 24 to 8,760 hours.</summary>
internal static class Retention
{
    public static Task<Nothing> IncreaseAsync(Engine engine, IncreaseStreamRetentionPeriodRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(engine, request.StreamName, request.StreamARN, request.RetentionPeriodHours, longer: true, cancellationToken);

    public static Task<Nothing> DecreaseAsync(Engine engine, DecreaseStreamRetentionPeriodRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(engine, request.StreamName, request.StreamARN, request.RetentionPeriodHours, longer: false, cancellationToken);

    private static Task<Nothing> ChangeAsync(Engine engine, string? name, string? arn, int hours, bool longer, CancellationToken cancellationToken) => StreamChange.VoidAsync(
        engine,
        name,
        arn,
        stream =>
        {
            Check(stream, hours, longer);
            Resharding.CheckActive(engine, stream);
            return hours == stream.Document.RetentionHours ? stream.Document : stream.Document with { RetentionHours = hours };
        },
        cancellationToken);

    private static void Check(LocalStream stream, int hours, bool longer)
    {
        var now = stream.Document.RetentionHours;
        if (hours < 24)
            throw Refused($"Minimum allowed retention period is 24 hours. Requested retention period ({hours} hours) is too short.");
        if (hours > 8760)
            throw Refused($"Maximum allowed retention period is 8760 hours. Requested retention period ({hours} hours) is too long.");
        if (longer && hours < now)
            throw Refused($"Requested retention period ({hours} hours) for stream {stream.Name} can not be shorter than existing retention period ({now} hours). Use DecreaseRetentionPeriod API.");
        if (!longer && hours > now)
            throw Refused($"Requested retention period ({hours} hours) for stream {stream.Name} can not be longer than existing retention period ({now} hours). Use IncreaseRetentionPeriod API.");
    }

    private static KinesisException Refused(FormattableString message) => Errors.InvalidArgument(message.ToString(CultureInfo.InvariantCulture));
}
