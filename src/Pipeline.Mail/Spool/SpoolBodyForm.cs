namespace Pipeline.Mail.Spool;

/// <summary>The line ends of a spool data file.</summary>
public enum SpoolBodyForm
{
    /// <summary>LF, as every version reads it.</summary>
    Unix = 0,

    /// <summary>CRLF, marked by -spool_file_wireformat in the header file.</summary>
    Wire = 1,
}
