using System.Text;
using Weir.Pipeline.Consuming.Processing;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class PatternFilterTests
{
    private const string Order = """{"type":"order","amount":120.5,"tags":["new","eu"],"customer":{"country":"DE","vip":null},"lines":[{"sku":"A1"},{"sku":"B2"}]}""";

    [Theory]
    [InlineData("""{"type":["order"]}""", true)]
    [InlineData("""{"type":["refund","order"]}""", true)]
    [InlineData("""{"type":["refund"]}""", false)]
    [InlineData("""{"type":["order"],"amount":[1]}""", false)]
    [InlineData("""{"amount":[{"numeric":[">=",100,"<",200]}]}""", true)]
    [InlineData("""{"amount":[{"numeric":[">",120.5]}]}""", false)]
    [InlineData("""{"tags":["eu"]}""", true)]
    [InlineData("""{"customer":{"country":["AT",{"prefix":"D"}]}}""", true)]
    [InlineData("""{"customer":{"vip":[null]}}""", true)]
    [InlineData("""{"customer":{"name":[{"exists":false}]}}""", true)]
    [InlineData("""{"customer":{"country":[{"exists":false}]}}""", false)]
    [InlineData("""{"type":[{"anything-but":["refund","order"]}]}""", false)]
    [InlineData("""{"type":[{"anything-but":"refund"}]}""", true)]
    [InlineData("""{"type":[{"equals-ignore-case":"ORDER"}]}""", true)]
    [InlineData("""{"type":[{"suffix":"der"}]}""", true)]
    [InlineData("""{"lines":{"sku":["B2"]}}""", true)]
    [InlineData("""{"lines":{"sku":["C3"]}}""", false)]
    [InlineData("""{"type":{"nested":["x"]}}""", false)]
    public void A_pattern_needs_every_field_and_any_of_its_values(string pattern, bool matches)
    {
        Assert.Null(PatternFilter.Problem(pattern));
        Assert.Equal(matches, PatternFilter.Of([pattern])!.Matches(Encoding.UTF8.GetBytes(Order)));
    }

    [Fact]
    public void Data_that_is_not_json_matches_nothing() => Assert.False(PatternFilter.Of(["""{"a":[{"exists":false}]}"""])!.Matches("plain text"u8.ToArray()));

    [Theory]
    [InlineData("nonsense", "is not JSON")]
    [InlineData("[1]", "must be a JSON object")]
    [InlineData("""{"a":1}""", "$.a")]
    [InlineData("""{"a":[]}""", "$.a")]
    [InlineData("""{"a":{"b":[{"near":1}]}}""", "'near' at $.a.b")]
    [InlineData("""{"a":[{"numeric":["~",1]}]}""", "'numeric' at $.a")]
    public void A_wrong_pattern_is_told_where(string pattern, string told) => Assert.Contains(told, PatternFilter.Problem(pattern), StringComparison.Ordinal);
}
