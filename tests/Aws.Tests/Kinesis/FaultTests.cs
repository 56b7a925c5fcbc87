using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Aws.Kinesis;
using Weir.Aws.Tests.Protocol;

namespace Weir.Aws.Tests.Kinesis;

public sealed class FaultTests
{
    private const string Streams = """{"StreamNames":["a"],"HasMoreStreams":false}""";

    [Fact]
    public async Task Throttles_server_errors_and_error_pages_are_retried_and_signed_again_under_one_invocation_id()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.ThenError("ProvisionedThroughputExceededException").Then(502, "<html><body>Bad gateway</body></html>", "text/html").Then(200, Streams);

        Assert.Equal(["a"], (await ListAsync(aws)).StreamNames);

        Assert.Equal(3, aws.Received.Count);
        Assert.Single(aws.Received.Select(r => r.Headers["amz-sdk-invocation-id"]).Distinct());
        Assert.Equal(["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"], aws.Received.Select(r => r.Headers["amz-sdk-request"]));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_fetched_again()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.ThenTruncated().Then(200, Streams);

        Assert.Equal(["a"], (await ListAsync(aws)).StreamNames);
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException", 400, true)]
    [InlineData("InternalFailure", 500, true)]
    public async Task When_retries_are_used_up_the_services_own_error_is_thrown(string code, int status, bool transient)
    {
        await using var aws = await FakeAws.StartAsync();
        aws.ThenError(code, "first", status).ThenError(code, "last", status);

        var e = await Assert.ThrowsAsync<KinesisException>(() => ListAsync(aws, attempts: 2));

        Assert.Equal((code, "last", status, transient, 2), (e.Code, e.Message, e.StatusCode, e.IsTransient, aws.Received.Count));
    }

    [Theory]
    [InlineData("ResourceNotFoundException", "ResourceNotFoundException")]
    [InlineData("com.amazonaws.kinesis.v20131202#ResourceInUseException", "ResourceInUseException")]
    [InlineData("ValidationException", "ValidationException")]
    [InlineData("SomethingNewException", "SomethingNewException")]
    public async Task A_refusal_is_thrown_at_once_with_its_name_and_words(string onTheWire, string code)
    {
        await using var aws = await FakeAws.StartAsync();
        aws.ThenError(onTheWire, "Stream a under account 111122223333 not found.");

        var e = await Assert.ThrowsAsync<KinesisException>(() => ListAsync(aws));

        Assert.Equal((code, "Stream a under account 111122223333 not found.", 400, false), (e.Code, e.Message, e.StatusCode, e.IsTransient));
        Assert.Single(aws.Received);
    }

    [Fact]
    public async Task An_errors_name_may_stand_in_a_header()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(400, """{"Message":"no such shard"}""", headers: ("x-amzn-ErrorType", "ResourceNotFoundException:http://internal.amazon.com/coral/"));

        var e = await Assert.ThrowsAsync<KinesisException>(() => ListAsync(aws));

        Assert.Equal(("ResourceNotFoundException", "no such shard"), (e.Code, e.Message));
    }

    [Fact]
    public async Task A_clock_that_is_off_is_corrected_by_the_services_date_and_the_call_repeated()
    {
        await using var aws = await FakeAws.StartAsync();
        var theirs = TimeProvider.System.GetUtcNow().AddMinutes(40);
        aws.Then(
            403,
            """{"__type":"InvalidSignatureException","message":"Signature expired"}""",
            headers: ("Date", theirs.ToString("R", CultureInfo.InvariantCulture))).Then(200, Streams);

        Assert.Equal(["a"], (await ListAsync(aws)).StreamNames);

        var dates = aws.Received.Select(Signature.DateOf).ToList();
        Assert.InRange(dates[1] - dates[0], TimeSpan.FromMinutes(39), TimeSpan.FromMinutes(41));
    }

    [Fact]
    public async Task Cancelling_ends_the_call_at_once()
    {
        await using var aws = await FakeAws.StartAsync();
        var arrived = new TaskCompletionSource();
        aws.Then(async http =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var cancelling = new CancellationTokenSource();
        using var kinesis = new KinesisClient(aws.Endpoint);
        var call = kinesis.ListStreamsAsync(new ListStreamsRequest(), cancelling.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Silence_nobody_at_home_and_nonsense_are_all_a_transient_lack_of_an_answer()
    {
        // A server of its own: the call may be given up before it arrives, and what was to answer it would then answer the next one.
        await using var silent = await FakeAws.StartAsync();
        silent.Then(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using (var kinesis = new KinesisClient(silent.Endpoint with { MaxAttempts = 1, Timeout = TimeSpan.FromMilliseconds(300) }))
            await Unreachable(kinesis);

        await using var aws = await FakeAws.StartAsync();
        aws.Then(200, "<html>captive portal</html>", "text/html");
        using (var kinesis = new KinesisClient(aws.Endpoint with { MaxAttempts = 1 }))
            await Unreachable(kinesis);

        // Held, so that no other server of these tests is given the port, and not listened on.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using (var kinesis = new KinesisClient(aws.Endpoint with { ServiceUrl = new Uri($"http://{nobody.LocalEndPoint}/"), MaxAttempts = 1 }))
            await Unreachable(kinesis);

        static async Task Unreachable(KinesisClient kinesis)
        {
            var e = await Assert.ThrowsAsync<KinesisException>(() => kinesis.ListStreamsAsync(new ListStreamsRequest(), default));
            Assert.Equal((KinesisErrorCodes.Unreachable, 503, true), (e.Code, e.StatusCode, e.IsTransient));
        }
    }

    private static async Task<ListStreamsResponse> ListAsync(FakeAws aws, int? attempts = null)
    {
        using var kinesis = new KinesisClient(aws.Endpoint with { MaxAttempts = attempts });
        return await kinesis.ListStreamsAsync(new ListStreamsRequest(), default);
    }
}
