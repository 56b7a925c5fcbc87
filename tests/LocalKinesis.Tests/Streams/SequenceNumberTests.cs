using System.Globalization;
using System.Numerics;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Tests.Streams;

public sealed class SequenceNumberTests
{
    [Theory]
    [InlineData(1700000000, 0, 1700000000, 0)]
    [InlineData(1700000000, 1, 1700000001, 17)]
    [InlineData(1700000000, 0x7fffffffffffffffUL, 1700009999, 2147483647)]
    public void A_number_has_56_digits_in_the_services_layout_and_reads_back(long created, ulong index, long arrived, int shard)
    {
        var number = new SequenceNumber(created, index, arrived, shard);
        var hex = string.Create(CultureInfo.InvariantCulture, $"02{created:x9}{shard & 15:x1}{index:x16}00{arrived:x9}{shard:x8}2");

        var text = number.ToString();

        Assert.Equal(BigInteger.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), text);
        Assert.Equal(56, text.Length);
        Assert.True(SequenceNumber.TryParse(text, out var read));
        Assert.Equal(number, read);
    }

    [Fact]
    public void Advancing_the_digits_is_adding_one_to_the_index()
    {
        var digits = new byte[SequenceNumber.Length];
        new SequenceNumber(1700000000, 998, 1700000001, 5).Write(digits);
        for (ulong index = 999; index < 3000; index++)
        {
            SequenceNumber.Advance(digits);
            Assert.Equal(new SequenceNumber(1700000000, index, 1700000001, 5).ToString(), System.Text.Encoding.ASCII.GetString(digits));
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("99999999999999999999999999999999999999999999999999999999")]
    [InlineData("4957137654238490000000000000000000000000000000000000000a")]
    public void What_we_never_gave_is_not_a_number(string text) => Assert.False(SequenceNumber.TryParse(text, out _));
}
