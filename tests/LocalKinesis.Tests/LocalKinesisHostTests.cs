using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.LocalKinesis.Tests;

public sealed class LocalKinesisHostTests
{
    [Fact]
    public async Task Stopping_again_is_no_error_even_once_it_has_been_disposed_of()
    {
        await using var engine = new TestEngine();
        var host = new LocalKinesisHost(engine.Kinesis, NullLoggerFactory.Instance);
        await host.StartAsync(default);

        await Task.WhenAll(host.StopAsync(default), host.DisposeAsync().AsTask());
        await host.StopAsync(default);

        Assert.Null(host.Url);
    }
}
