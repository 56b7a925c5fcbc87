using System.Globalization;
using System.Numerics;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>Personal values made at random, with check digits reckoned here and not by the detectors.</summary>
internal sealed class MadeValues(int seed)
{
    private static readonly (string Prefix, int Length)[] Schemes =
    [
        ("4", 13), ("4", 16), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2500", 16), ("2720", 16), ("34", 15), ("37", 15), ("36", 14), ("38", 14), ("3528", 16), ("3589", 16), ("6011", 16), ("644", 16), ("65", 16),
        ("62", 16), ("62", 19), ("5018", 12), ("5020", 14), ("6304", 13), ("6759", 16), ("6759", 19), ("2131", 15), ("2200", 16), ("9792", 16),
    ];

    private static readonly (string Country, string Shape)[] Accounts =
    [
        ("DE", "999999999999999999"), ("GB", "AAAA99999999999999"), ("NL", "AAAA9999999999"), ("FR", "99999999999999999999999"), ("ES", "99999999999999999999"), ("NO", "99999999999"), ("BE", "999999999999"),
        ("MT", "AAAA99999999999999999999999"), ("CH", "99999999999999999"), ("PL", "999999999999999999999999"), ("AT", "9999999999999999"), ("IT", "A9999999999999999999999"),
    ];

    private readonly Random _random = new(seed);

    public static string[] Kinds { get; } = ["EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "PHONE_NUMBER", "IPV4", "IPV6", "MAC_ADDRESS"];

    /// <summary>The entity that a kind is found as.</summary>
    public static string Entity(string kind) => kind is "IPV4" or "IPV6" ? "IP_ADDRESS" : kind;

    public string Next(string kind) => kind switch
    {
        "EMAIL_ADDRESS" => $"{Pick("jane", "o.brien", "max_99", "a+b", "x.y-z", "J")}{_random.Next(99)}@{Pick("example", "mail-7", "corp.sub", "xn--80ak6aa92e")}.{Pick("com", "co.uk", "org", "io", "museum")}",
        "CREDIT_CARD" => Card(),
        "IBAN_CODE" => Iban(),
        "US_SSN" => $"{(_random.Next(1, 900) is var area && area == 666 ? 667 : area):000}-{_random.Next(1, 100):00}-{_random.Next(1, 10000):0000}",
        "PHONE_NUMBER" => Phone(),
        "IPV4" => Ipv4(),
        "IPV6" => Ipv6(),
        "MAC_ADDRESS" => string.Join(Pick(":", "-"), Enumerable.Range(0, 6).Select(_ => _random.Next(256).ToString("x2", CultureInfo.InvariantCulture))),
        _ => throw new ArgumentException(kind),
    };

    public string Card()
    {
        var (prefix, length) = Schemes[_random.Next(Schemes.Length)];
        var number = prefix + Digits(length - prefix.Length - 1);
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var doubled = (number[^(i + 1)] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += doubled / 10 + doubled % 10;
        }

        number += (10 - sum % 10) % 10;
        var sign = Pick("", " ", "-");
        return length == 15 ? $"{number[..4]}{sign}{number[4..10]}{sign}{number[10..]}" : Grouped(number, 4, sign);
    }

    public string Iban()
    {
        var (country, shape) = Accounts[_random.Next(Accounts.Length)];
        var account = string.Concat(shape.Select(c => c == 'A' ? (char)('A' + _random.Next(26)) : (char)('0' + _random.Next(10))));
        var number = BigInteger.Parse(string.Concat($"{account}{country}00".Select(c => char.IsAsciiDigit(c) ? (c - '0').ToString(CultureInfo.InvariantCulture) : (c - 'A' + 10).ToString(CultureInfo.InvariantCulture))), CultureInfo.InvariantCulture);
        var iban = $"{country}{98 - (int)(number % 97):00}{account}";
        return _random.Next(3) switch { 0 => iban, 1 => Grouped(iban, 4, " "), _ => iban.ToLowerInvariant() };
    }

    private string Phone()
    {
        int area = _random.Next(201, 990), exchange = _random.Next(201, 990), line = _random.Next(10000);
        return _random.Next(7) switch
        {
            0 => $"+1 {area}-{exchange}-{line:0000}",
            1 => $"+1{area}{exchange}{line:0000}",
            2 => $"({area}) {exchange}-{line:0000}",
            3 => $"+1 ({area}) {exchange}-{line:0000}",
            4 => $"+49 30 {_random.Next(100000, 9999999)}",
            5 => $"+44 20 7946 {line:0000}",
            _ => $"{area}.{exchange}.{line:0000}",
        };
    }

    private string Ipv4() => string.Join('.', Enumerable.Range(0, 4).Select(_ => _random.Next(1, 256)));

    private string Ipv6()
    {
        var groups = Enumerable.Range(0, 8).Select(_ => _random.Next(0x1000, 0x10000).ToString("x", CultureInfo.InvariantCulture)).ToArray();
        return _random.Next(4) switch { 0 => string.Join(':', groups), 1 => $"2001:db8::{groups[0]}", 2 => $"::ffff:{Ipv4()}", _ => $"fe80::{string.Join(':', groups[..4])}" };
    }

    public string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + _random.Next(10))));

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private static string Grouped(string text, int size, string sign) => sign.Length == 0 ? text : string.Join(sign, text.Chunk(size).Select(c => new string(c)));
}
