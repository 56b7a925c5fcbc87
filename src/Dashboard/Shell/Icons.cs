namespace Weir.Dashboard.Shell;

/// <summary>The drawings of <see cref="Icon"/>.</summary>
internal static class Icons
{
    private static readonly Dictionary<string, string> Drawings = new(StringComparer.Ordinal)
    {
        ["weir"] = """<path d="M3 5v9M21 5v9"/><path d="M3 8h4l5 8 5-8h4"/><path d="M3 20c2 0 2-1.5 4.5-1.5S10 20 12 20s2.5-1.5 4.5-1.5S19 20 21 20"/>""",
        ["overview"] = """<path d="M4 19a9 9 0 1 1 16 0"/><path d="M12 15l4-5"/><circle cx="12" cy="15.5" r="1.5"/><path d="M5.5 12.5l1.5.7M9 8l.8 1.5"/>""",
        ["streams"] = """<path d="M3 7c3 0 3-2 6-2s3 2 6 2 3-2 6-2"/><path d="M3 13c3 0 3-2 6-2s3 2 6 2 3-2 6-2"/><path d="M3 19c3 0 3-2 6-2s3 2 6 2 3-2 6-2"/>""",
        ["rules"] = """<path d="M12 3l7.5 2.5V11c0 5-3.2 8.3-7.5 10-4.3-1.7-7.5-5-7.5-10V5.5z"/><path d="M8.5 12h7"/>""",
        ["records"] = """<path d="M5 4h14v16H5z"/><path d="M8.5 8.5h7M8.5 12h7M8.5 15.5h4"/>""",
        ["letters"] = """<path d="M3.5 6h17v12h-17z"/><path d="M3.5 7l8.5 6.5L20.5 7"/><path d="M15 15.5l3.5 3.5M18.5 15.5L15 19"/>""",
        ["audit"] = """<path d="M4 6l1.5 1.5L8 5M4 12l1.5 1.5L8 11M4 18l1.5 1.5L8 17"/><path d="M12 6.5h8M12 12.5h8M12 18.5h8"/>""",
        ["access"] = """<circle cx="8" cy="15" r="4"/><path d="M11 12l8.5-8.5M16 7l3 3"/>""",
        ["sun"] = """<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>""",
        ["moon"] = """<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"/>""",
        ["rail"] = """<path d="M4 5h16v14H4z"/><path d="M9.5 5v14"/>""",
        ["user"] = """<circle cx="12" cy="8.5" r="3.5"/><path d="M5 20c.8-4 3.5-6 7-6s6.2 2 7 6"/>""",
        ["check"] = """<path d="M4.5 12.5l5 5 10-11"/>""",
        ["warn"] = """<path d="M12 4l9 16H3z"/><path d="M12 10v4.5M12 17.2v.3"/>""",
        ["bad"] = """<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z"/><path d="M12 7.5v5.5M12 16.2v.3"/>""",
        ["info"] = """<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.7v.3"/>""",
        ["play"] = """<path d="M7 4.5v15l12-7.5z"/>""",
        ["stop"] = """<path d="M6 6h12v12H6z"/>""",
        ["pause"] = """<path d="M8 5v14M16 5v14"/>""",
        ["plus"] = """<path d="M12 5v14M5 12h14"/>""",
        ["close"] = """<path d="M6 6l12 12M18 6L6 18"/>""",
        ["split"] = """<path d="M3 12h6c4 0 4-6 8-6h4M9 12c4 0 4 6 8 6h4"/><path d="M18.5 3.5L21 6l-2.5 2.5M18.5 15.5L21 18l-2.5 2.5"/>""",
        ["arrow"] = """<path d="M4 12h15M13 6l6 6-6 6"/>""",
        ["edit"] = """<path d="M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z"/><path d="M14 6.5l3.5 3.5"/>""",
        ["trash"] = """<path d="M4 6.5h16M9 6.5V4h6v2.5M6 6.5l1 13.5h10l1-13.5"/>""",
        ["search"] = """<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>""",
        ["flask"] = """<path d="M9.5 3v6L4.5 19a1.5 1.5 0 0 0 1.3 2h12.4a1.5 1.5 0 0 0 1.3-2l-5-10V3M8 3h8M7.5 14.5h9"/>""",
        ["copy"] = """<path d="M9 9h11v11H9z"/><path d="M5.5 15H4V4h11v1.5"/>""",
        ["lock"] = """<path d="M5 11h14v9H5z"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>""",
        ["table"] = """<path d="M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9"/>""",
        ["map"] = """<path d="M4 5h16v14H4z"/><path d="M8 5v14M10.5 5v14M16 5v14"/>""",
        ["chart"] = """<path d="M4 4v16h16"/><path d="M7.5 15l4-5 3 3 5-7"/>""",
        ["more"] = """<path d="M5.5 12h.01M12 12h.01M18.5 12h.01"/>""",
        ["reservoir"] = """<path d="M4 5v14h16V5"/><path d="M4 11c2 0 2-1.3 4-1.3s2 1.3 4 1.3 2-1.3 4-1.3 2 1.3 4 1.3M7.5 15h9"/>""",
        ["store"] = """<path d="M4.5 6.5c0-4 15-4 15 0v11c0 4-15 4-15 0z"/><path d="M4.5 6.5c0 4 15 4 15 0M4.5 12c0 4 15 4 15 0"/>""",
        ["reader"] = """<path d="M2.5 12C6 5.5 18 5.5 21.5 12 18 18.5 6 18.5 2.5 12z"/><circle cx="12" cy="12" r="3"/>""",
        ["inlet"] = """<path d="M4 4v16M4 12h13M12 7l5 5-5 5M20.5 4v16"/>""",
        ["out"] = """<path d="M10 4H4v16h6M9 12h11M15.5 7.5L20 12l-4.5 4.5"/>""",
        ["pin"] = """<path d="M12 21v-6M7 15h10l-2-4V5l1-2H8l1 2v6z"/>""",
        ["clock"] = """<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.5l3.5 2"/>""",
        ["keys"] = """<path d="M3 6.5h18v11H3z"/><path d="M6.5 10h.01M10 10h.01M13.5 10h.01M17 10h.01M8 14h8"/>""",
        ["api"] = """<path d="M8.5 5C6 5 6.5 8 6 10c-.3 1.2-1 2-2.5 2 1.5 0 2.2.8 2.5 2 .5 2 0 5 2.5 5M15.5 5c2.5 0 2 3 2.5 5 .3 1.2 1 2 2.5 2-1.5 0-2.2.8-2.5 2-.5 2 0 5-2.5 5"/>""",
    };

    public static string Find(string name) => Drawings[name];
}
