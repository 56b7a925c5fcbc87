namespace Weir.Dashboard.Access;

/// <summary>What the setup and sign-in pages say for a code that stands in their address as <c>?error=</c>.</summary>
public static class SignInMessages
{
    /// <summary>The least length of a password. Length counts, kinds of characters do not (<see href="https://pages.nist.gov/800-63-4/sp800-63b.html">NIST SP 800-63B</see>).</summary>
    public const int MinPasswordLength = 12;

    public static string For(string? code) => code switch
    {
        null or "" => "",
        "taken" => "An administrator exists already. Sign in instead.",
        "wrong" => "E-mail address or password is wrong.",
        "busy" => "Too many failed attempts from this address. Try again in a minute.",
        "locked" => "Too many attempts. Try again in five minutes.",
        "PasswordTooShort" => $"The password needs at least {MinPasswordLength} characters.",
        "InvalidEmail" or "InvalidUserName" => "That is not an e-mail address.",
        "DuplicateEmail" or "DuplicateUserName" => "That e-mail address is in use.",
        "remote" => "The first administrator is made on the machine that runs this server, or by the settings Access:Bootstrap.",
        "PasswordMismatch" => "The present password is wrong.",
        "PasswordTooLong" => "The password is too long.",
        "mismatch" => "The two passwords differ.",
        _ => "That did not work. Try again.",
    };
}
