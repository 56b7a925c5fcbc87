using System.Security.Cryptography;
using System.Text;
using Weir.Pipeline.Consuming.Aggregation;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class AggregateTests
{
    /// <summary>Made by npm aws-kinesis-agg 4.2.8 from (k1,"hello"), (k2, explicit hash key 2^127, "world"), (k1,"!").</summary>
    private static readonly byte[] Golden = Convert.FromHexString(
        "f3899ac20a026b310a026b3212273137303134313138333436303436393233313733313638373330333731353838343130353732381a0908001a0568656c6c6f1a0b080110001a05776f726c641a0508001a01214a8ee1dab3dd7ead1fb9deccc3455248");

    [Fact]
    public void An_aggregate_is_taken_apart_in_order_with_a_hash_key_only_where_one_was_given()
    {
        var users = Aggregate.TryRead(Golden)!;

        Assert.Equal(["k1", "k2", "k1"], users.Select(u => u.PartitionKey));
        Assert.Equal([null, "170141183460469231731687303715884105728", null], users.Select(u => u.ExplicitHashKey));
        Assert.Equal(["hello", "world", "!"], users.Select(u => Encoding.UTF8.GetString(u.Data.Span)));
    }

    [Fact]
    public void A_record_with_any_bit_flipped_is_a_plain_record()
    {
        for (var at = 0; at < Golden.Length * 8; at++)
        {
            var damaged = Golden.ToArray();
            damaged[at / 8] ^= (byte)(1 << (at % 8));
            Assert.Null(Aggregate.TryRead(damaged));
        }
    }

    [Theory]
    [InlineData("0a")]
    [InlineData("0a05616263")]
    [InlineData("1a020800")]
    [InlineData("1a040807120178")]
    [InlineData("ffffffffffffffffffffff")]
    public void A_body_that_cannot_be_read_is_a_plain_record_even_with_a_right_digest(string body)
    {
        var bytes = Convert.FromHexString(body);

        Assert.Null(Aggregate.TryRead(Convert.FromHexString("f3899ac2").Concat(bytes).Concat(MD5.HashData(bytes)).ToArray()));
    }

    [Fact]
    public void Something_shorter_than_magic_and_digest_is_a_plain_record() => Assert.Null(Aggregate.TryRead(Golden.AsMemory(0, 19)));
}
