using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Tests.Streams;

public sealed class LocalStreamTests
{
    private const int Shards = 1500;

    [Fact]
    public async Task Who_reads_that_a_stream_is_active_finds_the_shards_of_that_state()
    {
        // The tag tells how many shards the state has; they only become more.
        var stream = new LocalStream(Document("UPDATING", 0));
        var torn = 0;
        var reader = Task.Run(
            () =>
            {
                while (true)
                {
                    var document = stream.Document;
                    var open = stream.Routing.Open.Length;
                    var told = int.Parse(document.Tags["shards"], System.Globalization.CultureInfo.InvariantCulture);
                    torn += document.Status == "ACTIVE" && open < told ? 1 : 0;
                    if (told == Shards)
                    {
                        return;
                    }
                }
            },
            TestContext.Current.CancellationToken);
        for (var count = 1; count <= Shards; count++)
        {
            stream.Apply(Document("UPDATING", count - 1), null, null);
            stream.Apply(Document("ACTIVE", count), [new ShardDocument { Index = count, Start = (UInt128)count, End = (UInt128)count, CreatedSeconds = 1, CreatedMs = 1000 }], null);
        }

        await reader;
        Assert.Equal(0, torn);
    }

    private static StreamDocument Document(string status, int shards) =>
        new() { Id = 1, Name = "orders", Status = status, CreatedMs = 0, Tags = new Dictionary<string, string> { ["shards"] = shards.ToString(System.Globalization.CultureInfo.InvariantCulture) } };
}
