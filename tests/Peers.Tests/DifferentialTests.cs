using System.Numerics;
using Weir.Aws.Kinesis;
using Weir.Peers.Tests.Differential;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests;

/// <summary>The same random calls to our engine and to a peer must come to the same, but for the table of explained differences.</summary>
public sealed class DifferentialTests
{
    private const int Steps = 120;
    private static readonly string[] Streams = ["a", "b", "missing"];

    [Theory]
    [InlineData(KinesisPeer.Kinesalite, 1)]
    [InlineData(KinesisPeer.Kinesalite, 2)]
    [InlineData(KinesisPeer.Kinesalite, 3)]
    [InlineData(KinesisPeer.KinesisLocal, 4)]
    [InlineData(KinesisPeer.KinesisLocal, 5)]
    public async Task Random_calls_come_to_the_same(string peerName, int seed)
    {
        await using var peer = await KinesisPeer.StartAsync(peerName);
        await using var engine = await WeirEngine.StartAsync();
        using var ours = engine.Connect();
        var random = new Random(seed);
        var history = new List<string>();
        var explained = new HashSet<string>();
        var compared = 0;
        while (history.Count < Steps)
        {
            var step = await NextAsync(random, ours, peerName);
            var our = await step.RunAsync(ours);
            history.Add($"{step}: {our}");
            // The peer is not asked for what the engine does not have, or their states would part.
            if (our == KinesisErrorCodes.UnknownOperation)
                continue;
            var their = await step.RunAsync(peer.Client);
            if (our == their)
            {
                compared++;
                continue;
            }

            var difference = ExplainedDifference.All.FirstOrDefault(d => d.Peer == peerName && d.Covers(step, our, their));
            Assert.True(difference is not null, $"{string.Join('\n', history.TakeLast(25))}\n{peerName} said: {their}");
            explained.Add(difference!.Why);
            if (difference.Diverges)
                break;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} of {history.Count} the same. {string.Join(' ', explained)}");
        Assert.InRange(compared, Steps / 8, Steps);
    }

    /// <summary>Mostly calls that make sense in our engine's present state, some that do not.</summary>
    private static async Task<Step> NextAsync(Random random, IKinesis ours, string peer)
    {
        var names = (await ours.ListStreamsAsync(new ListStreamsRequest(), default)).StreamNames;
        var stream = names.Count > 0 && random.Next(8) != 0 ? names[random.Next(names.Count)] : Streams[random.Next(Streams.Length)];
        var operation = names.Count == 0 ? Operation.Create : (Operation)random.Next((int)Operation.Tags + 1);
        // Streams live long enough to grow a history; the older peer cannot scale.
        if ((operation == Operation.Delete && random.Next(4) != 0) || (operation == Operation.Scale && peer == KinesisPeer.Kinesalite))
            operation = Operation.PutMany;
        if (operation == Operation.Create && stream == Streams[2])
            stream = Streams[0];
        IReadOnlyList<Shard> shards = names.Contains(stream) ? (await ours.DescribeStreamAsync(new DescribeStreamRequest(stream), default)).StreamDescription.Shards : [];
        var shard = random.Next(shards.Count + 1);
        // It would take a closed shard for an open one and part from us there and then: let that be rare.
        if (peer == KinesisPeer.Kinesalite && random.Next(40) != 0)
            shard = OpenOr(shards, shard);
        return operation switch
        {
            Operation.Create => new Step(operation, stream, 0, random.Next(1, 4), ""),
            Operation.Split => new Step(operation, stream, shard, 0, SplitPoint(random, shards, shard)),
            Operation.Merge => new Step(operation, stream, shard, random.Next(2) == 0 ? random.Next(shards.Count + 1) : NeighbourOf(shards, shard), ""),
            Operation.Scale => new Step(operation, stream, 0, random.Next(1, 9), ""),
            Operation.Lengthen or Operation.Shorten => new Step(operation, stream, 0, random.Next(20, 60), ""),
            Operation.PutAtHash => new Step(operation, stream, 0, 0, (BigInteger.Pow(2, 128) * random.Next(101) / 100).ToString()),
            _ => new Step(operation, stream, shard, random.Next(1, 12), $"key{random.Next(1000)}"),
        };
    }

    private static int OpenOr(IReadOnlyList<Shard> shards, int shard)
    {
        while (shard < shards.Count && shards[shard].SequenceNumberRange.EndingSequenceNumber is not null)
            shard++;
        return shard;
    }

    private static string SplitPoint(Random random, IReadOnlyList<Shard> shards, int shard)
    {
        if (shard >= shards.Count)
            return "10";
        var (start, end) = (BigInteger.Parse(shards[shard].HashKeyRange.StartingHashKey), BigInteger.Parse(shards[shard].HashKeyRange.EndingHashKey));
        return (random.Next(6) switch
        {
            0 => start,
            1 => end,
            2 => end + 1,
            _ => start + ((end - start) * random.Next(10, 90) / 100),
        }).ToString();
    }

    private static int NeighbourOf(IReadOnlyList<Shard> shards, int shard)
    {
        if (shard >= shards.Count)
            return 0;
        var next = BigInteger.Parse(shards[shard].HashKeyRange.EndingHashKey) + 1;
        for (var i = 0; i < shards.Count; i++)
        {
            if (shards[i].SequenceNumberRange.EndingSequenceNumber is null && BigInteger.Parse(shards[i].HashKeyRange.StartingHashKey) == next)
                return i;
        }

        return 0;
    }
}
