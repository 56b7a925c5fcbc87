namespace Weir.Pipeline.Redaction.Detection;

/// <summary>What has no shape of its own: the key says what it is, and the value must at least not contradict it.</summary>
internal static class NameDetector
{
    /// <summary>A value of this entity may look like this.</summary>
    public static bool Holds(int entity, ReadOnlySpan<byte> value)
    {
        bool letter = false, digit = false;
        foreach (var b in value)
        {
            letter |= b >= 0x80 || char.IsAsciiLetter((char)b);
            digit |= char.IsAsciiDigit((char)b);
        }

        return EntityCatalogue.All[entity].Name switch
        {
            "DATE_OF_BIRTH" => digit && value.Length is >= 6 and <= 32,
            "STREET_ADDRESS" => letter,
            _ => letter && value.Length <= 128,
        };
    }
}
