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
    [InlineData("5", 0, 0, 5)]
    [InlineData("0", 0, 0, 0)]
    [InlineData("49039857307708443467467104868809893875799651909875269634", 2, 0, 0)]
    [InlineData("49039857307708443467467104868809893875799651909875269633", 1, 0, 0)]
    [InlineData("73559785961562665201200657303214840813699477864812904448", null, null, null)]
    [InlineData("49039857307708443467467104868809893875799651909875269632", null, null, null)]
    [InlineData("26227199374822427428162556223570313216", null, null, null)]
    [InlineData("49039857307708443467467104868809893875799651944235008002", 2, 0, int.MinValue)]
    public void Numbers_of_every_layout_that_the_service_has_had_are_told_apart(string text, int? version, int? createdSeconds, int? shard)
    {
        var read = GivenSequenceNumber.TryParse(text, out var number);
        Assert.Equal(version is not null, read);
        if (read)
            Assert.Equal((version, (long?)createdSeconds, shard), (number.Version, (long?)number.ShardCreatedSeconds, number.ShardIndex));
    }

    [Fact]
    public void What_we_give_is_read_as_given()
    {
        Assert.True(GivenSequenceNumber.TryParse(new SequenceNumber(1700000000, 77, 1700000001, 17).ToString(), out var number));
        Assert.Equal(new GivenSequenceNumber(2, 1700000000, 77, 1700000001, 17), number);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("99999999999999999999999999999999999999999999999999999999")]
    [InlineData("4957137654238490000000000000000000000000000000000000000a")]
    public void What_we_never_gave_is_not_a_number(string text) => Assert.False(SequenceNumber.TryParse(text, out _));
}
