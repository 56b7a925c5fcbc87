namespace Weir.Browser.Tests;

/// <summary>What keeps the host from starting is said with the key of the setting, and the process ends.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("Consuming:IdleMilliseconds", "5")]
    [InlineData("Consuming:IdleMilliseconds", "often")]
    [InlineData("Publishing:LingerMilliseconds", "-1")]
    [InlineData("Spool:CommitDelayMilliseconds", "soon")]
    [InlineData("LocalKinesis:Limits", "Some")]
    [InlineData("Urls", "http://0.0.0.0:5080")]
    public async Task A_setting_that_is_wrong_stops_the_host_and_is_named(string key, string value)
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => WeirProcess.StartAsync(new Dictionary<string, string> { [key] = value }, null, TestContext.Current.CancellationToken));

        Assert.Contains("ended with 2", e.Message, StringComparison.Ordinal);
        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }
}
