using System.Text;

namespace Weir.Dashboard.Features.Rules;

/// <summary>A rule's stable id from the name it starts with: <c>Customer's name</c> is <c>customer-s-name</c>.</summary>
internal static class RuleIds
{
    private const int MaxLength = 40;

    /// <summary>An id that none of the others is: with a number behind it when need be.</summary>
    public static string From(string name, IReadOnlyCollection<string> taken)
    {
        var id = From(name);
        return !taken.Contains(id) ? id : Enumerable.Range(2, taken.Count).Select(n => $"{id}-{n}").First(free => !taken.Contains(free));
    }

    public static string From(string name)
    {
        var id = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                id.Append(c);
            }
            else if (id.Length > 0 && id[^1] != '-')
            {
                id.Append('-');
            }

            if (id.Length == MaxLength)
            {
                break;
            }
        }

        var text = id.ToString().Trim('-');
        return text.Length == 0 ? "rule" : text;
    }
}
