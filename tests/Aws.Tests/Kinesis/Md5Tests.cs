using System.Buffers.Binary;
using System.Security.Cryptography;
using Weir.Aws.Kinesis;

namespace Weir.Aws.Tests.Kinesis;

public sealed class Md5Tests
{
    [Fact]
    public void It_is_the_platforms_at_every_length()
    {
        var random = new Random(5);
        for (var length = 0; length <= 300; length++)
        {
            for (var i = 0; i < 20; i++)
            {
                var text = new byte[length];
                random.NextBytes(text);
                Assert.Equal(BinaryPrimitives.ReadUInt128BigEndian(MD5.HashData(text)), Md5.Hash(text));
            }
        }
    }
}
