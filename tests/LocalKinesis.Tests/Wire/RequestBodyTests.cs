using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class RequestBodyTests
{
    private readonly BodyMemory _memory = new(mostBytes: 100 << 10);

    [Fact]
    public async Task Bodies_that_do_not_end_take_no_more_memory_than_all_may_have()
    {
        var unfinished = new Pipe();
        await unfinished.Writer.WriteAsync(new byte[40 << 10]);
        var first = RequestBody.CopyAsync(Request(unfinished), _memory, CancellationToken.None).AsTask();

        var refused = await Assert.ThrowsAsync<KinesisException>(async () => await CopyAsync(40 << 10));
        Assert.Equal((503, "ServiceUnavailable", true), (refused.StatusCode, refused.Code, refused.IsTransient));

        await unfinished.Writer.CompleteAsync();
        (await first).Dispose();
        using var later = await CopyAsync(40 << 10);
        Assert.Equal(40 << 10, later.Length);
    }

    [Fact]
    public async Task A_body_that_breaks_off_gives_its_memory_back()
    {
        for (var i = 0; i < 10; i++)
        {
            var broken = new Pipe();
            await broken.Writer.WriteAsync(new byte[30 << 10]);
            await broken.Writer.CompleteAsync(new IOException("reset"));
            await Assert.ThrowsAsync<BadHttpRequestException>(async () => await RequestBody.CopyAsync(Request(broken), _memory, CancellationToken.None));
        }

        using var later = await CopyAsync(30 << 10);
        Assert.Equal(30 << 10, later.Length);
    }

    [Fact]
    public void An_announced_length_is_believed_only_while_there_is_plenty_of_room()
    {
        var memory = new BodyMemory(mostBytes: 8 << 20);
        Assert.Equal(1 << 20, memory.RentAhead(5 << 20).Length);
        Assert.Equal(1 << 20, memory.RentAhead(1 << 20).Length);
        Assert.InRange(memory.RentAhead(1 << 20).Length, 16 << 10, 64 << 10);
    }

    [Fact]
    public async Task While_too_much_waits_to_be_taken_no_records_are_read_and_who_takes_nothing_loses_the_connection()
    {
        var time = new FakeTimeProvider();
        var sending = new AnswerSending(time, mostBytes: 100_000);
        var stuck = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var features = new FeatureCollection();
        var lifetime = new Lifetime();
        features.Set<IHttpRequestLifetimeFeature>(lifetime);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(stuck.Writer.AsStream()));
        var first = sending.SendAsync(features, new byte[640 << 10]).AsTask();

        Assert.Equal(503, Assert.Throws<KinesisException>(sending.CheckRoom).StatusCode);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(lifetime.Aborted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(lifetime.Aborted);

        await stuck.Reader.CompleteAsync();
        await first;
        sending.CheckRoom();
    }

    private async Task<RequestBody> CopyAsync(int bytes)
    {
        var pipe = new Pipe();
        var copy = RequestBody.CopyAsync(Request(pipe), _memory, CancellationToken.None).AsTask();
        await pipe.Writer.WriteAsync(new byte[bytes]);
        await pipe.Writer.CompleteAsync();
        return await copy;
    }

    private static FeatureCollection Request(Pipe body)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature());
        features.Set<IRequestBodyPipeFeature>(new BodyOf(body.Reader));
        return features;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool Aborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborted = true;
    }

    private sealed class BodyOf(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
