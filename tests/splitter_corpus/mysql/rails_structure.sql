
DROP TABLE IF EXISTS `schema_migrations`;
CREATE TABLE `schema_migrations` (`version` varchar(255) NOT NULL, PRIMARY KEY (`version`));
DROP TABLE IF EXISTS `events`;
CREATE TABLE `events` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `begin` datetime DEFAULT NULL,
  `end` datetime DEFAULT NULL,
  `case` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `index_events_on_begin_and_end` (`begin`,`end`)
);
INSERT INTO events (begin, end) VALUES ('2024-01-01', '2024-01-02');
SELECT begin, end, CASE WHEN end > begin THEN end ELSE begin END AS later FROM events;
INSERT INTO `schema_migrations` (version) VALUES
('20240501120000'),
('20240502130000');


