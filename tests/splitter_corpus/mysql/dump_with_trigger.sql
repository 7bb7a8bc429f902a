CREATE TABLE `account` (`id` int NOT NULL PRIMARY KEY, `balance` int NOT NULL, `changed` int DEFAULT 0);
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=CURRENT_USER*/ /*!50003 TRIGGER account_bu BEFORE UPDATE ON account
FOR EACH ROW BEGIN
  -- the comment's quote; and semicolon
  IF NEW.balance < 0 THEN
    SET NEW.balance = 0;
  END IF;
  SET NEW.changed = OLD.changed + 1;
END */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
INSERT INTO `account` (`id`, `balance`) VALUES (1, 10);
UPDATE `account` SET `balance` = -5;
