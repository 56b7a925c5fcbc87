using System.Text;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class BlockMasksTests
{
    private static readonly byte[] Alphabet = "aZfG09__@@..*|\u007f::--++((\"\"\"\\\\\\,,{}[]  \n%&#é\u0001/)"u8.ToArray();

    private static LaneWidth[] Vectors { get; } =
    [
        .. Lanes512.IsSupported ? [LaneWidth.Bits512] : Array.Empty<LaneWidth>(), .. Lanes256.IsSupported ? [LaneWidth.Bits256] : Array.Empty<LaneWidth>(), .. Lanes128.IsSupported ? [LaneWidth.Bits128] : Array.Empty<LaneWidth>(),
    ];

    [Fact]
    public void Every_width_gives_the_same_bits()
    {
        var random = new Random(7);
        var (fast, slow) = (new BlockMasks(), new BlockMasks());
        for (var round = 0; round < 1000; round++)
        {
            var text = new byte[random.Next(0, 400)];
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = round % 3 == 0 ? (byte)random.Next(256) : Alphabet[random.Next(round % 3 == 1 ? Alphabet.Length : 12)];
            }

            foreach (var json in (bool[])[true, false])
            {
                slow.Scan(text, json, LaneWidth.Scalar);
                foreach (var width in Vectors)
                {
                    fast.Scan(text, json, width);
                    var blocks = fast.Blocks;
                    Assert.Equal(slow.Blocks, blocks);
                    Assert.Equal(slow.Anchors[..blocks], fast.Anchors[..blocks]);
                    Assert.Equal(slow.Numbers[..blocks], fast.Numbers[..blocks]);
                    Assert.Equal(slow.Digits[..blocks], fast.Digits[..blocks]);
                    Assert.Equal(slow.Special[..blocks], fast.Special[..blocks]);
                    slow.ListStructural(0);
                    fast.ListStructural(0);
                    Assert.Equal(slow.Structural[..(slow.Structurals + 1)], fast.Structural[..(fast.Structurals + 1)]);
                    Assert.Equal(Interests(slow), Interests(fast));
                    Assert.Equal((slow.AnySpecial, slow.AnyNonAscii, slow.Malformed, slow.Quotes), (fast.AnySpecial, fast.AnyNonAscii, fast.Malformed, fast.Quotes));
                }
            }
        }

        static int[] Interests(BlockMasks masks) => masks.Interests[..(Array.IndexOf(masks.Interests, int.MaxValue) + 1)];
    }

    [Fact]
    public void A_part_of_a_text_has_the_masks_that_it_has_alone()
    {
        var random = new Random(9);
        var (part, alone) = (new BlockMasks(), new BlockMasks());
        for (var round = 0; round < 4000; round++)
        {
            var text = new byte[random.Next(1, 160)];
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (round % 4) switch
                {
                    0 => (byte)random.Next(256),
                    1 => Alphabet[random.Next(Alphabet.Length)],
                    2 => Alphabet[random.Next(12)],
                    _ => (byte)(random.Next(40) == 0 ? '-' : random.Next('0', '9' + 1)),
                };
            }

            var start = random.Next(text.Length);
            var length = random.Next(1, text.Length - start + 1);
            alone.Scan(text.AsSpan(start, length), json: false, LaneWidth.Scalar);
            foreach (var width in (LaneWidth[])[.. Vectors, LaneWidth.Scalar])
            {
                part.ScanPart(text, start, length, width);
                var blocks = alone.Blocks;
                // A place behind the end is none.
                var within = ulong.MaxValue >> (63 - ((length - 1) & 63));
                foreach (var (expected, actual) in new[] { (alone.Anchors, part.Anchors), (alone.Numbers, part.Numbers), (alone.Digits, part.Digits), (alone.Special, part.Special), (alone.Letters, part.Letters), (alone.Separators, part.Separators) })
                {
                    Assert.Equal(expected[..(blocks - 1)], actual[..(blocks - 1)]);
                    Assert.Equal(expected[blocks - 1] & within, actual[blocks - 1] & within);
                }

                Assert.Equal(0UL, part.Digits[blocks]);
                Assert.Equal(alone.Interests[0] < length, part.AnyInterest && (length <= 64 || part.Interests[0] < length));
                Assert.Equal((alone.AnySpecial, alone.AnyNonAscii, alone.AnyControl), (part.AnySpecial, part.AnyNonAscii, part.AnyControl));
            }
        }
    }

    [Fact]
    public void Classes_are_what_a_plain_look_at_each_byte_says()
    {
        var text = Enumerable.Range(0, 256).Select(b => (byte)b).ToArray();
        var masks = new BlockMasks();
        foreach (var width in (LaneWidth[])[LaneWidth.Scalar, BlockMasks.Best])
        {
            masks.Scan(text, json: false, width);
            Assert.Equal("0123456789", Chosen(masks.Digits, text[..128]));
            Assert.Equal("\v\f\u001b\u001c\u001d\u001e\u001f%\\\u007f", Chosen(masks.Special, text[..128]));
            Assert.Contains('@', Chosen(masks.Anchors, text[..128]));
            Assert.True(masks.AnyNonAscii);
        }

        static string Chosen(ulong[] bits, byte[] text) => string.Concat(Enumerable.Range(0, text.Length).Where(i => (bits[i / 64] >> (i % 64) & 1) != 0).Select(i => (char)text[i]));
    }

    [Theory]
    [InlineData("x 4111111 y", "4")]
    [InlineData("x 411111,", "")]
    [InlineData("tel (41) 555 1", "4")]
    [InlineData("x1234567", "")]
    [InlineData("12.34,56.78", "")]
    [InlineData("10.1.2.3", "1")]
    public void A_number_is_anchored_where_it_begins_when_seven_bytes_may_belong_to_it(string text, string firsts)
    {
        var masks = new BlockMasks();
        masks.Scan(Encoding.ASCII.GetBytes(text), json: false);

        var starts = Enumerable.Range(0, text.Length).Where(i => (masks.Numbers[0] >> i & 1) != 0).Select(i => text[i - BlockMasks.NumberLead]);
        Assert.Equal(firsts, string.Concat(starts.Take(1)));
    }

    [Fact]
    public void Quotes_are_told_from_escaped_ones_across_blocks()
    {
        var masks = new BlockMasks();
        for (var shift = 0; shift < 130; shift++)
        {
            var text = Encoding.ASCII.GetBytes($"[\"{new string('x', shift)}\\\\\\\"y,\\\\\",1]");
            masks.Scan(text, json: true);

            masks.ListStructural(0);
            Assert.Equal([0, shift + 11, shift + 13, text.Length], masks.Structural[..(masks.Structurals + 1)]);
            Assert.Equal(2, masks.Quotes);
            Assert.False(masks.Malformed);
        }
    }
}
