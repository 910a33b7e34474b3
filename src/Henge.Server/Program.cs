Console.WriteLine("henge");
