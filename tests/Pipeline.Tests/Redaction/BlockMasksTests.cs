using System.Text;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class BlockMasksTests
{
    [Fact]
    public void Vectors_and_scalars_give_the_same_bits()
    {
        var random = new Random(7);
        var alphabet = "aZfG09__@@..::--++((\"\"\"\\\\\\,,{}[]  \n%&#é\u0001"u8.ToArray();
        var (fast, slow) = (new BlockMasks(), new BlockMasks());
        for (var round = 0; round < 3000; round++)
        {
            var text = new byte[random.Next(0, 400)];
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = round % 3 == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            foreach (var json in (bool[])[true, false])
            {
                fast.Scan(text, json, vectors: true);
                slow.Scan(text, json, vectors: false);
                var blocks = fast.Blocks;
                Assert.Equal(slow.Blocks, blocks);
                Assert.Equal(slow.Anchors[..blocks], fast.Anchors[..blocks]);
                Assert.Equal(slow.Digits[..blocks], fast.Digits[..blocks]);
                Assert.Equal(slow.Special[..blocks], fast.Special[..blocks]);
                Assert.Equal((slow.AnySpecial, slow.AnyNonAscii, slow.Malformed), (fast.AnySpecial, fast.AnyNonAscii, fast.Malformed));
                if (json)
                {
                    Assert.Equal(slow.Structural[..blocks], fast.Structural[..blocks]);
                }
            }
        }
    }

    [Fact]
    public void Quotes_are_told_from_escaped_ones_across_blocks()
    {
        var masks = new BlockMasks();
        for (var shift = 0; shift < 130; shift++)
        {
            var text = Encoding.ASCII.GetBytes($"[\"{new string('x', shift)}\\\\\\\"y\\\\\",1]");
            masks.Scan(text, json: true);
            var at = Enumerable.Range(0, text.Length).Where(i => (masks.Structural[i / 64] >> (i % 64) & 1) != 0).ToArray();

            Assert.Equal([0, 1, shift + 9, shift + 10, shift + 12], at);
            Assert.False(masks.Malformed);
        }
    }
}
