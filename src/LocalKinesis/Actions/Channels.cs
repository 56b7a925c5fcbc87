using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Channels of on-demand streams: CREATING, then ACTIVE; UPDATING and back; DELETING, then gone. They are kept and described; nothing is delivered, and every description says so.</summary>
internal static class Channels
{
    /// <summary>The most channels of the account.</summary>
    public const int Most = 100;

    private const int MostOnPage = 100;
    private const int DefaultFreshnessSeconds = 300;
    private const string Undelivered = "This engine keeps the channel and delivers nothing to its destination.";

    public static async Task<ChannelResponse> CreateAsync(Engine engine, CreateChannelRequest request, CancellationToken cancellationToken)
    {
        var source = request.StreamConfigurationList[0];
        Check(request, source.RecordConfiguration);
        Tagging.Check(request.Tags, []);
        ChannelDocument? added = null;
        var stream = await StreamChange.RunAsync(
            engine,
            null,
            source.StreamARN,
            stream =>
            {
                Resharding.CheckActive(engine, stream);
                if (!stream.Document.OnDemand)
                    throw Errors.InvalidArgument($"Stream {stream.Name} under account {engine.AccountId} is not in On-Demand mode: channels are only supported for streams in On-Demand mode.");
                var all = engine.Streams.SelectMany(s => s.Document.Channels).ToList();
                if (all.Any(c => c.Name == request.ChannelName))
                    throw Errors.InUse($"Channel {request.ChannelName} under account {engine.AccountId} already exists.");
                if (all.Count >= Most)
                    throw Errors.Limit($"This request would exceed the limit of {Most} channels for the account {engine.AccountId} in {engine.Options.Region}.");
                var id = Guid.NewGuid().ToString("N");
                added = new ChannelDocument
                {
                    Name = request.ChannelName,
                    Id = id,
                    Arn = Arn.OfChannel(engine, id),
                    Status = ChannelStatuses.Creating,
                    CreatedMs = engine.Now,
                    RoleArn = request.ServiceExecutionRoleARN,
                    Records = source.RecordConfiguration,
                    Bucket = request.S3DestinationConfiguration is { } bucket ? bucket with { DataFreshnessInSeconds = bucket.DataFreshnessInSeconds ?? DefaultFreshnessSeconds } : null,
                    Tables = request.S3TablesDestinationConfiguration is { } tables ? tables with { DataFreshnessInSeconds = tables.DataFreshnessInSeconds ?? DefaultFreshnessSeconds } : null,
                    Encryption = request.EncryptionConfiguration,
                    Logs = Filled(request.LoggingConfiguration?.CloudWatchLogs ?? new CloudWatchLogs(false), request.ChannelName, id),
                    Tags = request.Tags ?? new Dictionary<string, string>(),
                };
                return stream.Document with { Channels = [.. stream.Document.Channels, added] };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new ChannelResponse(ToWire(engine, stream, added!));
    }

    public static Task<ChannelResponse> DescribeAsync(Engine engine, ChannelRequest request, CancellationToken cancellationToken)
    {
        var (stream, channel) = Find(engine, request.ChannelARN);
        return Task.FromResult(new ChannelResponse(ToWire(engine, stream, channel)));
    }

    public static async Task<Nothing> DeleteAsync(Engine engine, ChannelRequest request, CancellationToken cancellationToken)
    {
        await ChangeAsync(engine, request.ChannelARN, channel => channel with { Status = ChannelStatuses.Deleting }, cancellationToken).ConfigureAwait(false);
        return new Nothing();
    }

    public static async Task<ChannelResponse> UpdateAsync(Engine engine, UpdateChannelRequest request, CancellationToken cancellationToken)
    {
        if (request is { S3DestinationConfiguration: null, S3TablesDestinationConfiguration: null, LoggingConfiguration: null })
            throw Errors.InvalidArgument("Either S3DestinationConfiguration, S3TablesDestinationConfiguration or LoggingConfiguration must be provided.");
        var (stream, channel) = await ChangeAsync(
            engine,
            request.ChannelARN,
            channel =>
            {
                if (channel.Status != ChannelStatuses.Active)
                    throw Errors.InUse($"Channel {channel.Name} under account {engine.AccountId} not ACTIVE, instead in state {channel.Status}");
                if ((request.S3DestinationConfiguration is not null && channel.Bucket is null) || (request.S3TablesDestinationConfiguration is not null && channel.Tables is null))
                    throw Errors.InvalidArgument($"The destination of channel {channel.Name} cannot be changed.");
                return channel with
                {
                    Status = ChannelStatuses.Updating,
                    Bucket = request.S3DestinationConfiguration is { } bucket ? channel.Bucket! with { DataFreshnessInSeconds = bucket.DataFreshnessInSeconds } : channel.Bucket,
                    Tables = request.S3TablesDestinationConfiguration is { } tables ? channel.Tables! with { DataFreshnessInSeconds = tables.DataFreshnessInSeconds } : channel.Tables,
                    Logs = request.LoggingConfiguration is { } logging ? Filled(logging.CloudWatchLogs, channel.Name, channel.Id) : channel.Logs,
                };
            },
            cancellationToken).ConfigureAwait(false);
        return new ChannelResponse(ToWire(engine, stream, channel));
    }

    public static Task<ListChannelsResponse> ListAsync(Engine engine, ListChannelsRequest request, CancellationToken cancellationToken)
    {
        var after = request.NextToken is { } token ? PageToken.Read(engine, "channels", token).After : null;
        var limit = Math.Min(request.MaxResults ?? MostOnPage, MostOnPage);
        var page = engine.Streams
            .Where(s => request.StreamFilter is not { Count: > 0 } filters || filters.Any(f => IsOf(engine, f, s)))
            .SelectMany(s => s.Document.Channels.Select(c => (Stream: s, Channel: c)))
            .OrderBy(p => p.Channel.Name, StringComparer.Ordinal)
            .Where(p => after is null || string.CompareOrdinal(p.Channel.Name, after) > 0)
            .Take(limit + 1)
            .ToList();
        var more = page.Count > limit;
        if (more)
            page.RemoveAt(limit);
        return Task.FromResult(new ListChannelsResponse(
            [.. page.Select(p => ToSummary(engine, p.Stream, p.Channel))],
            more ? new PageToken(engine.Now, "channels", "", page[^1].Channel.Name).ToString() : null));
    }

    private static void Check(CreateChannelRequest request, RecordConfiguration records)
    {
        var tables = request.S3TablesDestinationConfiguration is not null;
        if (tables == (request.S3DestinationConfiguration is not null))
            throw Errors.InvalidArgument("Either S3DestinationConfiguration or S3TablesDestinationConfiguration must be provided, but not both.");
        var fits = tables ? records.RecordFormatType is "GSR_JSON" or "JSON" : records.RecordFormatType is "JSON" or "STRING" or "BYTE_ARRAY";
        if (!fits)
            throw Errors.InvalidArgument($"RecordFormatType {records.RecordFormatType} is not supported for a destination in {(tables ? "Amazon S3 Tables" : "Amazon S3")}.");
        if (tables && records.GSRSchemaARN is null)
            throw Errors.InvalidArgument("GSRSchemaARN is required for a destination in Amazon S3 Tables.");
    }

    private static bool IsOf(Engine engine, StreamFilter filter, LocalStream stream) =>
        filter.StreamARN == Arn.OfStream(engine, stream.Name)
        && (filter.StreamCreationTimestamp is not { } created || created.ToUnixTimeSeconds() == stream.Document.CreatedMs / 1000);

    private static (LocalStream Stream, ChannelDocument Channel) Find(Engine engine, string arn)
    {
        foreach (var stream in engine.Streams)
        {
            if (stream.Document.Channels.FirstOrDefault(c => c.Arn == arn) is { } channel)
                return (stream, channel);
        }

        throw Errors.NotFound($"Channel {arn} under account {engine.AccountId} not found.");
    }

    private static async Task<(LocalStream Stream, ChannelDocument Channel)> ChangeAsync(Engine engine, string arn, Func<ChannelDocument, ChannelDocument> change, CancellationToken cancellationToken)
    {
        ChannelDocument? changed = null;
        var stream = await StreamChange.RunAsync(
            engine,
            Find(engine, arn).Stream.Name,
            null,
            stream =>
            {
                changed = change(Find(engine, arn).Channel);
                return stream.Document with { Channels = [.. stream.Document.Channels.Select(c => c.Arn == arn ? changed : c)] };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return (stream, changed!);
    }

    private static CloudWatchLogs Filled(CloudWatchLogs logs, string name, string id) => logs.Enabled
        ? logs with { LogGroupName = logs.LogGroupName ?? string.Create(CultureInfo.InvariantCulture, $"/aws/kinesis/{name}/{id}"), LogStreamName = logs.LogStreamName ?? "DestinationDelivery" }
        : logs;

    private static ChannelDescription ToWire(Engine engine, LocalStream stream, ChannelDocument channel) => new(
        channel.Name,
        channel.Arn,
        channel.Id,
        channel.Status,
        DateTimeOffset.FromUnixTimeMilliseconds(channel.CreatedMs),
        channel.RoleArn,
        [new ChannelStreamDescription(Arn.OfStream(engine, stream.Name), DateTimeOffset.FromUnixTimeMilliseconds(stream.Document.CreatedMs), channel.Records)],
        new ChannelLoggingConfiguration(channel.Logs),
        Undelivered,
        channel.Bucket,
        channel.Tables,
        channel.Encryption);

    private static ChannelSummary ToSummary(Engine engine, LocalStream stream, ChannelDocument channel) => new(
        channel.Name,
        channel.Arn,
        channel.Id,
        channel.Status,
        DateTimeOffset.FromUnixTimeMilliseconds(channel.CreatedMs),
        channel.Bucket is null ? "S3_TABLES" : "S3",
        [new ChannelStreamIdentifier(Arn.OfStream(engine, stream.Name), DateTimeOffset.FromUnixTimeMilliseconds(stream.Document.CreatedMs))]);
}
