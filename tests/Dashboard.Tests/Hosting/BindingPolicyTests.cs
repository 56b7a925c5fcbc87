using Microsoft.Extensions.Configuration;
using Weir.Dashboard.Hosting;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class BindingPolicyTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://localhost:0;http://[::1]:5081")]
    [InlineData("https://0.0.0.0:443")]
    [InlineData("")]
    public void Loopback_and_https_are_fine(string urls) => Assert.Null(BindingPolicy.Problem(With(urls)));

    [Theory]
    [InlineData("http://0.0.0.0:80")]
    [InlineData("http://*:80")]
    [InlineData("http://+:80")]
    [InlineData("http://127.0.0.1:5080;http://10.0.0.8:5080")]
    public void Clear_text_beyond_this_machine_is_refused_and_the_key_is_named(string urls) => Assert.StartsWith("Urls:", BindingPolicy.Problem(With(urls)));

    [Theory]
    [InlineData("http://127.0.0.1:5080", "Kestrel:Endpoints:Console:Url", "http://0.0.0.0:80")]
    [InlineData("", "HTTP_PORTS", "8080")]
    public void No_other_way_to_say_where_to_listen_gets_around_it(string urls, string key, string value) =>
        Assert.StartsWith($"{key}:", BindingPolicy.Problem(With(urls, (key, value))), StringComparison.Ordinal);

    [Fact]
    public void Ports_that_a_container_sets_count_for_nothing_beside_addresses() => Assert.Null(BindingPolicy.Problem(With("http://127.0.0.1:5080", ("HTTP_PORTS", "8080"))));

    [Fact]
    public void A_declared_proxy_may_end_tls() => Assert.Null(BindingPolicy.Problem(With("http://0.0.0.0:80", ("Hosting:BehindHttpsProxy", "true"))));

    [Fact]
    public void An_address_that_is_none_is_named() => Assert.Contains("'5080' is not an address", BindingPolicy.Problem(With("5080")));

    private static IConfiguration With(string urls, params (string Key, string Value)[] more) =>
        new ConfigurationBuilder().AddInMemoryCollection([new("Urls", urls), .. more.Select(m => KeyValuePair.Create(m.Key, (string?)m.Value))]).Build();
}
