using System.Security.Cryptography;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Tests.Ingest;
using Weir.Pipeline.Tests.Publishing;

namespace Weir.Pipeline.Tests.Spool;

public sealed class EncryptionTests
{
    private const string Text = "a very recognizable text";

    [Fact]
    public async Task With_a_key_no_record_stands_in_the_clear_on_disk_and_a_changed_key_still_opens_the_old_ones()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        kinesis.Refuse = (_, _) => KinesisErrorCodes.ProvisionedThroughputExceeded;
        var directory = IngestServer.NewDirectory();
        var (first, second) = (Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Spool:EncryptionKey", first), ("Publishing:DrainSeconds", "0")))
        {
            await server.PostAsync("/v1/streams/orders/records", Text, "text/plain", ("X-Partition-Key", "recognizable-key"));
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "spool"), "*", SearchOption.AllDirectories))
        {
            var content = await File.ReadAllBytesAsync(file);
            Assert.True(content.AsSpan().IndexOf("recognizable"u8) < 0, file);
        }

        kinesis.Refuse = (_, _) => null;
        await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Spool:EncryptionKey", second), ("Spool:PreviousEncryptionKeys:0", first)))
        {
            await server.PostAsync("/v1/streams/orders/records", Text, "text/plain", ("X-Partition-Key", "recognizable-key"));
            await Until.Async("both records", () => kinesis.All("orders").Count == 2);
        }

        Assert.All(kinesis.All("orders"), r => Assert.Equal((Text, "recognizable-key"), (Encoding.UTF8.GetString(r.Data.Span), r.PartitionKey)));
    }

    [Fact]
    public async Task Without_the_key_nothing_is_published_and_nothing_is_lost()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        kinesis.Refuse = (_, _) => KinesisErrorCodes.ProvisionedThroughputExceeded;
        var directory = IngestServer.NewDirectory();
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Spool:EncryptionKey", key), ("Publishing:DrainSeconds", "0")))
        {
            await server.PostAsync("/v1/streams/orders/records", Text, "text/plain");
        }

        kinesis.Refuse = (_, _) => null;
        await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Publishing:DrainSeconds", "0")))
        {
            Assert.Equal(202, (await server.PostAsync("/v1/streams/orders/records", "second", "text/plain")).Status);
            Assert.Equal(503, (int)(await server.Client.GetAsync("/readyz")).StatusCode);
            Assert.Empty(kinesis.All("orders"));
        }

        await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Spool:EncryptionKey", key)))
        {
            await Until.Async("both records", () => kinesis.All("orders").Count == 2);
        }
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("c2hvcnQ=")]
    public async Task A_bad_key_stops_the_host_and_is_named(string key)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await IngestServer.StartAsync(new ScriptedKinesis(), null, ("Spool:EncryptionKey", key)));

        Assert.Contains("Spool:EncryptionKey", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Spool:HighWaterPercent", "5")]
    [InlineData("Ingest:MaxRecordsPerRequest", "0")]
    [InlineData("Publishing:BatchRecords", "501")]
    [InlineData("Dedupe:WindowMinutes", "0")]
    [InlineData("Ingest:Streams:orders:PartitionKeyPointer", "customer")]
    public async Task A_bad_option_stops_the_host_and_is_named(string option, string value)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await IngestServer.StartAsync(new ScriptedKinesis(), null, (option, value)));

        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }
}
